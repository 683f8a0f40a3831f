//! A secret in a file of its own, as container platforms and service managers hand them out.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use super::diagnostic::{KeyProblem, problem, refuse_if};

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
    read.map_err(|error| match looks_like_a_secret(path) {
        true => problem!("names no file, and looks like the secret itself";
            "Write the path of a file here, or the secret under the key without `_file`"),
        false => problem!("names the file `{shown}`, which cannot be read: {error}";
            "Check the path and that the service's user may read it"),
    })?;
    refuse_if!(bytes.len() as u64 > MAX_BYTES, "names the file `{shown}`, which is over 64 KiB";
        "Name a file that holds the secret alone");
    let problem = problem!("names the file `{shown}`, which is no UTF-8 text";
        "Name a file that holds the secret as text");
    let text = String::from_utf8(bytes).map_err(|_| problem)?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    refuse_if!(text.trim().is_empty(), "names the file `{shown}`, which is empty";
        "Write the secret into it");
    Ok(text.to_owned())
}

/// A long word without a folder or an extension: then the path is not shown.
fn looks_like_a_secret(path: &str) -> bool {
    path.starts_with("whsec_") || (path.len() >= 16 && !path.contains(['/', '\\', '.']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_final_line_break_is_taken_off() {
        let folder = tempfile::tempdir().unwrap();
        for (content, secret) in
            [("0123", "0123"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a ")]
        {
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
        for path in ["empty", "bytes", "long", "absent", "."] {
            let flaw = read_secret_file(folder.path(), path).unwrap_err();
            assert!(flaw.message.contains(path), "{}", flaw.message);
        }
    }

    #[test]
    fn a_secret_in_the_place_of_a_path_is_not_shown() {
        for pasted in ["F0123456789ABCDEF0123456789ABCDEFS", "whsec_bm90IGEgcmVhbCBzZWNyZXQ="] {
            let flaw = read_secret_file(Path::new("."), pasted).unwrap_err();
            assert!(!flaw.message.contains(pasted), "{}", flaw.message);
        }
    }
}
