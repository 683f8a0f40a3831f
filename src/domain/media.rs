//! The file of a message: a picture, a video or a document.

use serde::{Deserialize, Serialize};

/// The file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// How it was sent.
    pub kind: MediaKind,
    /// Where Z-API keeps it; none if it could not fetch it from WhatsApp.
    pub url: Option<String>,
    /// Its MIME type.
    pub mime_type: Option<String>,
    /// The name of a document.
    pub file_name: Option<String>,
}

/// How a file was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// As a picture.
    Picture,
    /// As a video.
    Video,
    /// As a document, whatever it holds.
    Document,
}

/// The most characters of a file name's extension.
const MAX_EXTENSION_LEN: usize = 8;

impl Media {
    /// Whether it shows a picture, also one that was sent as a document.
    pub fn is_picture(&self) -> bool {
        let has_type = || self.mime_type.as_deref().is_some_and(|mime| mime.starts_with("image/"));
        let has_extension = || matches!(self.extension().as_str(), "jpg" | "jpeg" | "png" | "webp");
        self.kind == MediaKind::Picture
            || (self.kind == MediaKind::Document && (has_type() || has_extension()))
    }

    /// The extension of a document: that of its name, else the sub-type of its MIME type. Only letters and digits.
    pub fn extension(&self) -> String {
        let of_name = self.file_name.as_deref().and_then(|name| Some(name.rsplit_once('.')?.1));
        let of_type = || Some(self.mime_type.as_deref()?.split_once('/')?.1);
        let is_extension = |text: &&str| {
            (1..=MAX_EXTENSION_LEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let found = of_name.filter(is_extension).or_else(|| of_type().filter(is_extension));
        found.unwrap_or("bin").to_ascii_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_that_of_the_name_else_of_the_type() {
        let rows = [
            (Some("Tabela.PDF"), None, "pdf", false),
            (Some("foto.png"), None, "png", true),
            (Some("foto"), Some("image/jpeg"), "jpeg", true),
            (Some("a.b/../c"), Some("application/pdf"), "pdf", false),
            (Some("sem extensão"), Some("application/vnd.ms-excel"), "bin", false),
            (None, None, "bin", false),
        ];
        for (name, mime, extension, is_picture) in rows {
            let media = Media {
                kind: MediaKind::Document,
                url: None,
                mime_type: mime.map(str::to_owned),
                file_name: name.map(str::to_owned),
            };
            assert_eq!((media.extension().as_str(), media.is_picture()), (extension, is_picture), "{name:?}");
        }
    }
}
