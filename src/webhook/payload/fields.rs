//! The fields of an event that decide, read leniently: the bytes are scanned once and borrowed.
//!
//! Z-API does not send what its documentation says (Z-API's documentation): booleans and numbers are sent as strings, objects as
//! arrays with one element, keys twice. So a field is kept as raw JSON and decoded when it is used; no field of an
//! unexpected shape makes an event fail. Of a repeated key the last value counts, also `null`; `null` reads as absent.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Deepest nesting of a value; the body around it is one level more. serde_json has no limit for values that it skips.
const MAX_DEPTH: usize = 127;

/// The raw JSON of a value, if there is one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RawField<'a>(Option<&'a str>);

/// A boolean that may be unclear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tristate {
    /// `false`, `"false"`, `0`, `"0"`, empty, `null` or absent.
    No,
    /// `true`, `"true"`, `1`, `"1"`.
    Yes,
    /// Anything else. It never makes a message a command.
    Unclear,
}

/// The fields that decide.
#[derive(Debug, Default)]
pub(super) struct EventFields<'a> {
    /// An `instanceId` is ours.
    pub is_for_this_instance: bool,
    /// An `instanceId` is another one.
    pub is_for_other_instance: bool,
    pub kind: RawField<'a>,
    pub message_id: RawField<'a>,
    pub zaap_id: RawField<'a>,
    pub phone: RawField<'a>,
    pub connected_phone: RawField<'a>,
    pub chat_lid: RawField<'a>,
    pub sender_lid: RawField<'a>,
    pub participant_phone: RawField<'a>,
    pub participant_lid: RawField<'a>,
    pub from_me: RawField<'a>,
    pub from_api: RawField<'a>,
    pub is_group: RawField<'a>,
    pub is_newsletter: RawField<'a>,
    pub is_status_reply: RawField<'a>,
    pub is_edit: RawField<'a>,
    pub broadcast: RawField<'a>,
    pub forwarded: RawField<'a>,
    pub waiting_message: RawField<'a>,
    pub notification: RawField<'a>,
    pub momment: RawField<'a>,
    pub moment: RawField<'a>,
    pub reference_message_id: RawField<'a>,
    pub text: RawField<'a>,
    pub image: RawField<'a>,
    pub video: RawField<'a>,
    pub document: RawField<'a>,
    pub reaction: RawField<'a>,
    pub audio: RawField<'a>,
    pub sticker: RawField<'a>,
    pub connected: RawField<'a>,
    pub disconnected: RawField<'a>,
    pub error: RawField<'a>,
}

impl<'a> EventFields<'a> {
    /// Parses a body; `None` if it is no UTF-8, no JSON, no object, or nested too deeply.
    pub(super) fn parse(body: &'a [u8], our_id: &str) -> Option<Self> {
        let json = std::str::from_utf8(body).ok()?;
        let mut fields = Self::default();
        let mut is_nested_too_deeply = false;
        for_each_member(json, |key, value| {
            is_nested_too_deeply |= value.0.is_some_and(is_too_deep);
            fields.set_field(key, value, our_id);
        })?;
        (!is_nested_too_deeply).then_some(fields)
    }

    fn set_field(&mut self, key: &[u8], value: RawField<'a>, our_id: &str) {
        let place = match key {
            // Many events have it twice: all values are checked, in any order.
            b"instanceId" if value.is_empty() => return,
            b"instanceId" => {
                let is_ours = value.as_text().is_some_and(|id| id.eq_ignore_ascii_case(our_id));
                self.is_for_this_instance |= is_ours;
                self.is_for_other_instance |= !is_ours;
                return;
            }
            b"type" => &mut self.kind,
            b"messageId" => &mut self.message_id,
            b"zaapId" => &mut self.zaap_id,
            b"phone" => &mut self.phone,
            b"connectedPhone" => &mut self.connected_phone,
            b"chatLid" => &mut self.chat_lid,
            b"senderLid" => &mut self.sender_lid,
            b"participantPhone" => &mut self.participant_phone,
            b"participantLid" => &mut self.participant_lid,
            b"fromMe" => &mut self.from_me,
            b"fromApi" => &mut self.from_api,
            b"isGroup" => &mut self.is_group,
            b"isNewsletter" => &mut self.is_newsletter,
            b"isStatusReply" => &mut self.is_status_reply,
            b"isEdit" => &mut self.is_edit,
            b"broadcast" => &mut self.broadcast,
            b"forwarded" => &mut self.forwarded,
            b"waitingMessage" => &mut self.waiting_message,
            b"notification" => &mut self.notification,
            b"momment" => &mut self.momment,
            b"moment" => &mut self.moment,
            b"referenceMessageId" => &mut self.reference_message_id,
            b"text" => &mut self.text,
            b"image" => &mut self.image,
            b"video" => &mut self.video,
            b"document" => &mut self.document,
            b"reaction" => &mut self.reaction,
            b"audio" => &mut self.audio,
            b"sticker" => &mut self.sticker,
            b"connected" => &mut self.connected,
            b"disconnected" => &mut self.disconnected,
            b"error" => &mut self.error,
            _ => return,
        };
        *place = value;
    }
}

impl<'a> RawField<'a> {
    /// A string or a number, as a text that is not empty. Lone surrogates become U+FFFD.
    pub(super) fn as_text(self) -> Option<Cow<'a, str>> {
        let json = self.unwrap_single()?;
        let text = match json.as_bytes().first()? {
            b'"' => parse_string(json)?,
            b'-' | b'0'..=b'9' => Cow::Borrowed(json),
            _ => return None,
        };
        (!text.is_empty()).then_some(text)
    }

    /// Whether it has a value that means no, other than an empty one.
    pub(super) fn is_explicitly_no(self) -> bool {
        let is_nothing = |json: &str| matches!(json.trim_matches('"').trim(), "" | "null");
        self.as_bool() == Tristate::No && self.unwrap_single().is_some_and(|json| !is_nothing(json))
    }

    /// Its value as a boolean.
    pub(super) fn as_bool(self) -> Tristate {
        let Some(json) = self.unwrap_single() else { return Tristate::No };
        // Most values are one of these.
        match json {
            "false" => return Tristate::No,
            "true" => return Tristate::Yes,
            _ => {}
        }
        let text = if json.starts_with('"') { parse_string(json) } else { Some(Cow::Borrowed(json)) };
        match text.as_deref().map(str::trim) {
            Some("" | "0" | "null") => Tristate::No,
            Some("1") => Tristate::Yes,
            Some(word) if word.eq_ignore_ascii_case("false") => Tristate::No,
            Some(word) if word.eq_ignore_ascii_case("true") => Tristate::Yes,
            _ => Tristate::Unclear,
        }
    }

    /// Whether it means no, and is neither absent nor empty.
    pub(super) fn is_false(self) -> bool {
        !self.is_empty() && self.as_bool() == Tristate::No
    }

    /// Its value as an integer, also from a string, or a number with a fraction.
    pub(super) fn as_integer(self) -> Option<i64> {
        let text = self.as_text()?;
        let text = text.trim();
        let rounded = || text.parse::<f64>().ok().filter(|number| number.is_finite());
        // A float that is too large becomes the largest integer.
        text.parse().ok().or_else(|| rounded().map(|number| number as i64))
    }

    /// Whether it is an object.
    pub(super) fn is_object(self) -> bool {
        self.unwrap_single().is_some_and(|json| json.starts_with('{'))
    }

    /// A member of an object.
    pub(super) fn member(self, name: &str) -> Self {
        let mut found = Self::default();
        if let Some(json) = self.unwrap_single().filter(|json| json.starts_with('{')) {
            for_each_member(json, |key, value| {
                if key == name.as_bytes() {
                    found = value;
                }
            });
        }
        found
    }

    /// Whether it is absent, `null` or an empty string.
    pub(super) fn is_empty(self) -> bool {
        matches!(self.unwrap_single(), None | Some("null" | "\"\""))
    }

    /// The JSON, without the array around a single element.
    fn unwrap_single(self) -> Option<&'a str> {
        let mut json = self.0?;
        if json.starts_with('[')
            && let Ok((element,)) = serde_json::from_str::<(&RawValue,)>(json)
        {
            json = element.get();
        }
        (json != "null").then_some(json)
    }
}

/// The text of a JSON string: borrowed, unless it has escapes.
fn parse_string(json: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'\\', json.as_bytes()).is_none() {
        return json.get(1..json.len().checked_sub(1)?).map(Cow::Borrowed);
    }
    // serde_json accepts lone surrogates in bytes, but not in text.
    let JsonBytes(bytes) = serde_json::from_str(json).ok()?;
    Some(Cow::Owned(match String::from_utf8(bytes.into_owned()) {
        Ok(text) => text,
        Err(error) => replace_surrogates(error.as_bytes()),
    }))
}

/// Replaces each lone surrogate, which has three bytes and begins with 0xED, by U+FFFD.
fn replace_surrogates(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().first() == Some(&0xED) {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// Whether brackets outside of strings nest too deeply.
fn is_too_deep(json: &str) -> bool {
    // Nearly every value is shorter than that.
    if json.len() <= MAX_DEPTH {
        return false;
    }
    // Few of the others have so many brackets at all, and counting them is fast.
    let opening = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    if json.as_bytes().chunks(usize::from(u8::MAX)).map(|chunk| usize::from(opening(chunk))).sum::<usize>()
        <= MAX_DEPTH
    {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

/// Calls `member` for each member of an object, in order; `None` if it is no JSON object. Members may come twice: the last
/// call for a key has its last value.
fn for_each_member<'a>(json: &'a str, mut member: impl FnMut(&[u8], RawField<'a>)) -> Option<()> {
    // Text is read faster than bytes, but has no lone surrogates.
    read_members::<JsonText<'a>>(json, &mut member)
        .or_else(|| read_members::<JsonBytes<'a>>(json, &mut member))
}

fn read_members<'a, K: Deserialize<'a> + AsRef<[u8]>>(
    json: &'a str,
    member: &mut impl FnMut(&[u8], RawField<'a>),
) -> Option<()> {
    let mut reader = serde_json::Deserializer::from_str(json);
    reader.deserialize_map(MemberVisitor::<K, _>(member, PhantomData)).ok()?;
    reader.end().ok()
}

struct MemberVisitor<'m, K, F>(&'m mut F, PhantomData<K>);

impl<'de, K: Deserialize<'de> + AsRef<[u8]>, F: FnMut(&[u8], RawField<'de>)> Visitor<'de>
    for MemberVisitor<'_, K, F>
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        // Keys are compared unescaped, as bytes: a lone surrogate in an unknown key is no error.
        while let Some((key, value)) = members.next_entry::<K, &'de RawValue>()? {
            self.0(key.as_ref(), RawField(Some(value.get())));
        }
        Ok(())
    }
}

/// A JSON string as text.
#[derive(Deserialize)]
struct JsonText<'a>(#[serde(borrow)] Cow<'a, str>);

impl AsRef<[u8]> for JsonText<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// A JSON string as bytes, which may have lone surrogates.
struct JsonBytes<'a>(Cow<'a, [u8]>);

impl AsRef<[u8]> for JsonBytes<'_> {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for JsonBytes<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BytesVisitor;

        impl<'de> Visitor<'de> for BytesVisitor {
            type Value = JsonBytes<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
                Ok(JsonBytes(Cow::Borrowed(bytes)))
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                Ok(JsonBytes(Cow::Owned(bytes.to_owned())))
            }
        }

        deserializer.deserialize_bytes(BytesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn field(json: &str) -> RawField<'_> {
        RawField(Some(json))
    }

    #[test]
    fn booleans_have_many_spellings() {
        let no = ["false", "\"false\"", "\"FALSE\"", "0", "\"0\"", "\"\"", "null", "[false]", "[null]"];
        let yes = ["true", "\"true\"", "\"True\"", "1", "\"1\"", "[true]", "[\"1\"]", r#""tru\u0065""#];
        let unclear = ["\"yes\"", "2", "-1", "1e0", "{}", "[]", "[true,false]", r#""\ud800""#];
        assert_eq!(RawField(None).as_bool(), Tristate::No);
        for (rows, truth) in
            [(&no[..], Tristate::No), (&yes[..], Tristate::Yes), (&unclear[..], Tristate::Unclear)]
        {
            for json in rows {
                assert_eq!(field(json).as_bool(), truth, "{json}");
            }
        }
    }

    #[test]
    fn texts_are_strings_and_numbers() {
        let rows = [
            (r#""oi""#, Some("oi")),
            (r#"["oi"]"#, Some("oi")),
            ("5544999999999", Some("5544999999999")),
            (r#""a\n\u00e7\ud83d\ude00""#, Some("a\nç😀")),
            (r#""\ud800x\udc00\ud83d\ud83d\ude00\ud83d\n""#, Some("\u{fffd}x\u{fffd}\u{fffd}😀\u{fffd}\n")),
            (r#""""#, None),
            ("null", None),
            ("true", None),
            ("{}", None),
            (r#"["a","b"]"#, None),
        ];
        for (json, text) in rows {
            assert_eq!(field(json).as_text().as_deref(), text, "{json}");
        }
    }

    #[test]
    fn a_text_without_escapes_is_borrowed() {
        assert!(matches!(field(r#""/link Sales""#).as_text(), Some(Cow::Borrowed(_))));
        assert!(matches!(field(r#"["/link Sales"]"#).as_text(), Some(Cow::Borrowed(_))));
        assert!(matches!(field(r#""a\tb""#).as_text(), Some(Cow::Owned(_))));
    }

    #[test]
    fn numbers_may_be_strings_or_have_fractions() {
        let rows = [
            ("1764000000000", Some(1_764_000_000_000)),
            ("\" 1764000000000 \"", Some(1_764_000_000_000)),
            ("1.764e12", Some(1_764_000_000_000)),
            ("1764000000.5", Some(1_764_000_000)),
            ("123456789012345678901234567890", Some(i64::MAX)),
            ("-1e300", Some(i64::MIN)),
            ("1e999999", None),
            ("\"inf\"", None),
            ("\"soon\"", None),
        ];
        for (json, number) in rows {
            assert_eq!(field(json).as_integer(), number, "{json}");
        }
    }

    #[test]
    fn a_member_is_found_in_an_object_and_in_an_array_of_one() {
        let rows = [
            (r#"{"message":"a"}"#, Some("a")),
            (r#"{"x":1,"message":"a","message":"b"}"#, Some("b")),
            (r#"[{"m\u0065ssage":"a"}]"#, Some("a")),
            (r#"{"\ud800":1,"message":"a"}"#, Some("a")),
            (r#"{"Message":"a"}"#, None),
            (r#""message""#, None),
            (r#"[{"message":"a"},{"message":"b"}]"#, None),
        ];
        for (json, message) in rows {
            assert_eq!(field(json).member("message").as_text().as_deref(), message, "{json}");
        }
    }

    #[test]
    fn depth_is_counted_outside_of_strings() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(!is_too_deep(&nested(127)));
        assert!(is_too_deep(&nested(128)));
        assert!(!is_too_deep(&format!(r#"{{"a":"{}\"{}"}}"#, "[".repeat(200), "{".repeat(200))));
        assert!(is_too_deep(&format!(r#"{{"a\\":{}}}"#, nested(127))));
        assert!(!is_too_deep(&"[],".repeat(1000)));
    }

    /// The same as `unwrap_single`, for a parsed value.
    fn unwrap_value(value: Option<&Value>) -> Option<&Value> {
        match value? {
            Value::Array(items) if items.len() == 1 => Some(&items[0]),
            other => Some(other),
        }
        .filter(|value| !value.is_null())
    }

    fn text_of(value: Option<&Value>) -> Option<String> {
        match unwrap_value(value)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn truth_of(value: Option<&Value>) -> Tristate {
        let word = match unwrap_value(value) {
            None => return Tristate::No,
            Some(Value::Bool(truth)) => truth.to_string(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(text)) => text.trim().to_ascii_lowercase(),
            Some(_) => return Tristate::Unclear,
        };
        match word.as_str() {
            "" | "0" | "false" => Tristate::No,
            "null" if unwrap_value(value).is_some_and(Value::is_string) => Tristate::No,
            "1" | "true" => Tristate::Yes,
            _ => Tristate::Unclear,
        }
    }

    fn a_value() -> impl Strategy<Value = Value> {
        let words =
            ["true", "TRUE", "false", "0", "1", "", "null", " true ", "5544999990001", "x@lid", "/link a"];
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-2..3_i64).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            prop::sample::select(words.to_vec()).prop_map(Value::from),
        ];
        let object = plain.clone().prop_map(|message| json!({ "message": message, "other": [1, {}] }));
        let single = prop_oneof![plain, object];
        prop_oneof![
            4 => single.clone(),
            1 => prop::collection::vec(single, 0..3).prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn t30_every_deciding_field_says_what_another_reader_of_the_same_bytes_finds(
            values in prop::collection::vec(prop::option::of(a_value()), 9),
            is_pretty in any::<bool>(),
        ) {
            let keys = ["type", "messageId", "phone", "participantPhone", "fromMe", "fromApi", "isGroup", "isEdit", "text"];
            let present = keys.iter().zip(&values).filter_map(|(key, value)| Some(((*key).to_owned(), value.clone()?)));
            let body = Value::Object(present.collect());
            let bytes = if is_pretty { format!("{body:#}") } else { body.to_string() };

            let fields = EventFields::parse(bytes.as_bytes(), "x").expect("an object");

            let read = [
                fields.kind, fields.message_id, fields.phone, fields.participant_phone, fields.from_me,
                fields.from_api, fields.is_group, fields.is_edit, fields.text,
            ];
            for (key, field) in keys.iter().zip(read) {
                let other = body.get(*key);
                prop_assert_eq!(field.as_text().map(Cow::into_owned), text_of(other), "{} in {}", key, bytes);
                prop_assert_eq!(field.as_bool(), truth_of(other), "{} in {}", key, bytes);
            }
            let message = unwrap_value(body.get("text")).and_then(|text| text.get("message"));
            prop_assert_eq!(fields.text.member("message").as_text().map(Cow::into_owned), text_of(message));
        }
    }
}
