//! Credentials of Z-API, secrets of webhooks, and secrets in files of their own, as container platforms and service
//! managers hand them out. None is ever shown.

use std::fs::File;
use std::io::ErrorKind::{IsADirectory, PermissionDenied};
use std::io::{Error, Read as _};
use std::path::Path;

use argon2::PasswordHash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use regex::Regex;
use secrecy::{SecretSlice, SecretString};

use super::diagnostic::{KeyProblem, problem, refuse_if};
use super::urls::check_panel_url;

/// Z-API's credentials: the key where one belongs, what Z-API's panel calls it, and a pattern of its shape: a hint (Z-API's
/// documentation), never a reason to refuse.
const CREDENTIALS: [(&str, &str, &str); 3] = [
    ("id", "instance id", "^[0-9A-F]{32}$"),
    ("token", "instance token", "^[0-9A-F]{24}$"),
    ("client_token", "Client-Token (the account security token)", "^F[0-9A-F]{32}S$"),
];

/// What looks odd about the text of a credential's key; unlike shapes count only at Z-API itself, since compatible
/// servers have their own.
pub(super) fn find_mismatch(key: &str, text: &str, is_z_api: bool) -> Option<KeyProblem> {
    let (_, due, _) = CREDENTIALS.iter().find(|(it, ..)| *it == key)?;
    let has_shape = |shape: &str| Regex::new(shape).is_ok_and(|shape| shape.is_match(text));
    match CREDENTIALS.iter().find(|(.., shape)| has_shape(shape)) {
        Some((other, name, _)) => (*other != key).then(|| {
            problem!("looks like the {name}"; "That belongs into `{other}`; look for the {due} in Z-API's panel")
        }),
        None => is_z_api.then(|| {
            problem!("does not look like the {due} of Z-API"; "Compare it with Z-API's panel")
        }),
    }
}

/// A credential: something without blanks that is no pasted URL. It is never shown.
pub(super) fn parse_credential<T: From<String>>(text: &str) -> Result<T, KeyProblem> {
    refuse_if!(text.trim().is_empty(), "is empty";
        "Copy it from Z-API's panel, or remove the key where it may be absent");
    check_panel_url(text)?;
    refuse_if!(text.starts_with("http://") || text.starts_with("https://"), "is a URL";
        "Write the credential alone; the URL's host belongs into `base_url`");
    refuse_if!(text.contains(['"', '\'', '`', '=']), "holds a quote or an equals sign, which no credential has";
        "Write the credential alone: without quotes around it and without a name and = before it");
    refuse_if!(!text.bytes().all(|b| b.is_ascii_graphic()),
        "holds a blank, a line break or a character that no credential has"; "Copy it from Z-API's panel again");
    Ok(text.to_owned().into())
}

/// The least length of a secret of ours, in bytes.
pub(super) const MIN_SECRET_LEN: usize = 16;

const HEX_SECRET: &str = "Make one with: openssl rand -hex 32";
const BASE64_SECRET: &str = "Make one with: echo whsec_$(openssl rand -base64 32)";

fn check_length(bytes: &[u8], unit: &str, remedy: &str) -> Result<(), KeyProblem> {
    let length = bytes.len();
    refuse_if!(bytes.trim_ascii().is_empty(), "is empty"; "{remedy}");
    refuse_if!(length < MIN_SECRET_LEN, "has {length} {unit}, but {MIN_SECRET_LEN} or more are due"; "{remedy}");
    Ok(())
}

pub(super) fn parse_path_secret(text: &str) -> Result<SecretString, KeyProblem> {
    refuse_if!(!text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~-".contains(&b)),
        "holds a character that a URL path would change"; "{HEX_SECRET}");
    check_length(text.as_bytes(), "bytes", HEX_SECRET).map(|()| text.into())
}

pub(super) fn parse_hmac_secret(text: &str) -> Result<SecretSlice<u8>, KeyProblem> {
    check_length(text.as_bytes(), "bytes", HEX_SECRET).map(|()| text.as_bytes().to_vec().into())
}

pub(super) fn parse_standard_webhooks_secret(text: &str) -> Result<SecretSlice<u8>, KeyProblem> {
    let text = text.trim();
    // Keys are pasted with or without their padding.
    let encoded = text.strip_prefix("whsec_").unwrap_or(text).trim_end_matches('=');
    let bytes = BASE64.decode(encoded).map_err(|_| problem!("is no base64"; "{BASE64_SECRET}"))?;
    check_length(&bytes, "bytes once decoded from base64", BASE64_SECRET).map(|()| bytes.into())
}

const PASSWORD_HASH: &str = "Run `vincula password`, and write its output here";
/// The memory that one check of a password may take, in KiB: enough to cost a guesser, not enough to exhaust a machine.
const HASH_MEMORY: std::ops::RangeInclusive<u32> = 7 * 1024..=64 * 1024;
/// Passes over that memory, and lanes in it.
const MAX_HASH_WORK: u32 = 10;

/// The hash of a password of the console: argon2id, in the PHC format. What is pasted here may be the password itself.
pub(super) fn parse_password_hash(text: &str) -> Result<SecretString, KeyProblem> {
    let text = text.trim();
    refuse_if!(text.is_empty(), "is empty"; "{PASSWORD_HASH}");
    refuse_if!(text.starts_with('='), "is the rest of a hash: a shell or a compose file took `$` for a variable";
        "Write the hash in single quotes, in a compose file with $$ for $, or into a file that the `_file` key names");
    refuse_if!(!text.starts_with('$'), "is no hash, and may be the password itself";
        "{PASSWORD_HASH}; a password that stood here should not be used any more");
    let Some(hash) = PasswordHash::new(text).ok().filter(|hash| hash.algorithm == argon2::ARGON2ID_IDENT)
    else {
        return Err(problem!("is no hash of argon2id"; "{PASSWORD_HASH}"));
    };
    let has_length = hash.salt.is_some() && hash.hash.is_some_and(|hash| hash.len() >= MIN_SECRET_LEN);
    let is_version = hash.version.is_none_or(|version| version == u32::from(argon2::Version::V0x13));
    let is_within_limits = argon2::Params::try_from(&hash).is_ok_and(|params| {
        let is_little_work = params.t_cost() <= MAX_HASH_WORK && params.p_cost() <= MAX_HASH_WORK;
        HASH_MEMORY.contains(&params.m_cost()) && is_little_work
    });
    refuse_if!(!(has_length && is_version && is_within_limits), "is cut off, or has other parameters than 7 to 64 MiB, \
        at most 10 passes and 10 lanes"; "{PASSWORD_HASH}");
    Ok(text.into())
}

/// No secret is longer, in bytes; a device that never ends is not read to its end.
const MAX_BYTES: u64 = 64 * 1024;

/// The file's text without its final line break.
pub(super) fn read_secret_file(directory: &Path, path: &str) -> Result<String, KeyProblem> {
    refuse_if!(path.is_empty(), "is empty"; "Write the path of the file that holds the secret");
    // A person reads the path in full to find the file: it is not cut.
    let shown = path.escape_debug();
    let mut bytes = Vec::new();
    let read =
        File::open(directory.join(path)).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes));
    // A folder, or a file of somebody else, is there.
    let is_there = |error: &Error| matches!(error.kind(), IsADirectory | PermissionDenied);
    read.map_err(|error| match !is_there(&error) && looks_like_a_secret(directory, path) {
        true => problem!("names no file that exists, and may be the secret itself";
            "Write the path of a file here, or the secret under the key without `_file`"),
        false => problem!("names the file `{shown}`, which cannot be read: {error}";
            "Check the path and that the service's user may read it"),
    })?;
    refuse_if!(bytes.len() as u64 > MAX_BYTES, "names the file `{shown}`, which is over 64 KiB";
        "Name a file that holds the secret alone");
    let problem = problem!("names the file `{shown}`, which is no UTF-8 text";
        "Save it as UTF-8");
    let text = String::from_utf8(bytes).map_err(|_| problem)?;
    // Editors of Windows begin a text with a mark of its encoding.
    let text = text.trim_start_matches('\u{feff}');
    let text = text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line));
    refuse_if!(text.trim().is_empty(), "names the file `{shown}`, which is empty";
        "Write the secret into it");
    Ok(text.to_owned())
}

/// A long word without a folder, what is no path at all or has blanks, or a path in a folder that is not there: then the path
/// is not shown. The root, `.` and `..` are no folders here.
fn looks_like_a_secret(directory: &Path, path: &str) -> bool {
    let folder =
        Path::new(path).parent().map_or_else(|| directory.to_owned(), |folder| directory.join(folder));
    let word = path.trim_start_matches(['.', '/', '\\']);
    path.starts_with("whsec_")
        || path.contains("://")
        || path.contains(['@', '=', '+'])
        || path.contains(char::is_whitespace)
        || (path.len() >= 16 && !word.contains(['/', '\\']))
        || !(folder.as_os_str().is_empty() || folder.is_dir())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const ID_TEXT: &str = "0123456789ABCDEF0123456789ABCDEF";
    const TOKEN_TEXT: &str = "0123456789ABCDEF01234567";
    const CLIENT_TOKEN_TEXT: &str = "F0123456789ABCDEF0123456789ABCDEFS";

    #[test]
    fn a_credential_in_anothers_place_is_noticed() {
        for (key, text, hint) in [
            ("id", ID_TEXT, None),
            ("token", TOKEN_TEXT, None),
            ("client_token", CLIENT_TOKEN_TEXT, None),
            ("token", CLIENT_TOKEN_TEXT, Some("looks like the Client-Token")),
            ("token", ID_TEXT, Some("looks like the instance id")),
            ("id", TOKEN_TEXT, Some("looks like the instance token")),
            ("client_token", TOKEN_TEXT, Some("looks like the instance token")),
            ("token", "something-else", Some("does not look like the instance token")),
        ] {
            let doubt = find_mismatch(key, text, true).map(|flaw| flaw.message);
            assert_eq!(doubt.is_some(), hint.is_some(), "{text}");
            assert!(doubt.unwrap_or_default().contains(hint.unwrap_or_default()), "{text}");
        }
        assert!(find_mismatch("token", "something-else", false).is_none());
    }

    #[test]
    fn an_invalid_credential_is_rejected_without_showing_it() {
        for text in [
            "",
            " ",
            "…",
            "hunter2 hunter2",
            "hunter2\n",
            "\u{feff}hunter2",
            "https://api.z-api.io/instances/X/token/hunter2/send-text",
            "/instances/X/token/hunter2",
            "https://hunter2.example.com",
            "\"hunter2\"",
            "'hunter2'",
            "TOKEN=hunter2",
        ] {
            let flaw = parse_credential::<String>(text).unwrap_err();
            assert!(!format!("{flaw:?}").contains("hunter2"), "{text}");
        }
        assert_eq!(parse_credential::<String>("0123").unwrap(), "0123");
    }

    #[test]
    fn a_path_secret_is_long_and_fits_a_url() {
        assert!(parse_path_secret("abcDEF0123._~-xyz").is_ok());
        for text in [
            "",
            "changeme",
            "0123456789abcde",
            "0123456789abcdef/",
            "0123456789 abcdef",
            "segredo-de-ação-longa",
        ] {
            assert!(parse_path_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_hmac_key_keeps_every_byte() {
        let key = parse_hmac_secret("0123456789abcdé ").unwrap();
        assert_eq!(key.expose_secret(), "0123456789abcdé ".as_bytes());
        for text in ["", "changeme", "                    ", "0123456789abcde"] {
            assert!(parse_hmac_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_standard_webhooks_key_is_sixteen_bytes_once_decoded() {
        // 16 bytes of made-up text, with and without the prefix and the padding.
        for text in
            ["whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "MDEyMzQ1Njc4OWFiY2RlZg==", "whsec_MDEyMzQ1Njc4OWFiY2RlZg"]
        {
            let key = parse_standard_webhooks_secret(text).unwrap();
            assert_eq!(key.expose_secret(), b"0123456789abcdef", "{text}");
        }
        for text in ["", "whsec_", "whsec_MDEyMzQ1Njc4OWFiY2Rl", "whsec_!!!!", "not base64 at all"] {
            assert!(parse_standard_webhooks_secret(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_final_line_break_is_taken_off() {
        let folder = tempfile::tempdir().unwrap();
        for (content, secret) in [
            ("0123", "0123"),
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            (" a ", " a "),
            ("\u{feff}a\n", "a"),
        ] {
            std::fs::write(folder.path().join("s"), content).unwrap();
            assert_eq!(read_secret_file(folder.path(), "s").unwrap(), secret, "{content:?}");
        }
    }

    #[test]
    fn an_unusable_secret_file_is_reported_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("empty"), "\n").unwrap();
        std::fs::write(folder.path().join("bytes"), [0xff, 0xfe]).unwrap();
        std::fs::write(folder.path().join("long"), "x".repeat(70_000)).unwrap();
        std::fs::create_dir(folder.path().join("a folder with a long name.d")).unwrap();
        for path in ["empty", "bytes", "long", "absent", ".", "./absent", "a folder with a long name.d"] {
            let flaw = read_secret_file(folder.path(), path).unwrap_err();
            assert!(flaw.message.contains(path), "{}", flaw.message);
        }
    }

    #[test]
    fn a_secret_in_the_place_of_a_path_is_not_shown() {
        for pasted in [
            "F0123456789ABCDEF0123456789ABCDEFS",
            "whsec_bm90IGEgcmVhbCBzZWNyZXQ=",
            "HUNTER2.SECRETHUNTER2",
            "./HUNTER2SECRETHUNTER2",
            ".././HUNTER2SECRETHUNTER2",
            "/HUNTER2SECRETHUNTER2",
            "hunter2 hunter2",
            "hunter2\n",
        ] {
            let flaw = read_secret_file(Path::new("."), pasted).unwrap_err();
            assert!(!flaw.message.contains(pasted), "{}", flaw.message);
        }
    }
}
