//! Base64 text as the bytes it stands for, piece by piece, so that a file is never in memory beside the message it is in.

use super::Pieces;
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

/// Senders leave the padding out, or do not.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Characters decoded at once; a multiple of four.
const PIECE: usize = 64 * 1024;

/// Text that was seen to be base64 from beginning to end.
pub(super) struct Decoded {
    text: Bytes,
    length: u64,
}

impl Decoded {
    /// `None` for what is no base64: a URI, say, or plain text.
    pub(super) fn of(text: Bytes) -> Option<Self> {
        // Line breaks, as e-mail writes them, are taken out first: pieces must begin at a multiple of four.
        let text = if text.iter().any(u8::is_ascii_whitespace) {
            text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
        } else {
            text
        };
        let mut length = 0;
        let mut piece = Vec::with_capacity(PIECE / 4 * 3);
        let count = text.len().div_ceil(PIECE);
        for (index, chunk) in text.chunks(PIECE).enumerate() {
            piece.clear();
            LENIENT.decode_vec(chunk, &mut piece).ok()?;
            // Padding in the middle would be two files in one text.
            if index + 1 < count && piece.len() != PIECE / 4 * 3 {
                return None;
            }
            length += piece.len() as u64;
        }
        (length > 0).then_some(Self { text, length })
    }

    /// How many bytes it stands for.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The bytes.
    pub(super) fn pieces(self) -> Pieces {
        let mut rest = self.text;
        Box::pin(futures_util::stream::iter(std::iter::from_fn(move || {
            let chunk = rest.split_to(rest.len().min(PIECE));
            let piece = || LENIENT.decode(&chunk).expect("seen to be base64");
            (!chunk.is_empty()).then(|| Ok(Bytes::from(piece())))
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use futures_util::StreamExt;

    async fn decoded(text: &str) -> Option<Vec<u8>> {
        let decoded = Decoded::of(Bytes::from(text.to_owned()))?;
        let length = decoded.length();
        let pieces: Vec<_> = decoded.pieces().map(|piece| piece.expect("no piece fails")).collect().await;
        let whole = pieces.concat();
        assert_eq!(whole.len() as u64, length);
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        Some(whole)
    }

    #[tokio::test]
    async fn files_of_any_length_come_back_whole() {
        for length in [1, 2, 3, PIECE / 4 * 3, PIECE / 4 * 3 + 1, PIECE * 2] {
            let file: Vec<u8> = (0..=250).cycle().take(length).collect();
            let text = STANDARD.encode(&file);
            assert_eq!(decoded(&text).await.as_deref(), Some(&file[..]), "{length}");
            assert_eq!(decoded(text.trim_end_matches('=')).await.as_deref(), Some(&file[..]), "{length} unpadded");
            let lines: Vec<_> =
                text.as_bytes().chunks(76).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
            assert_eq!(decoded(&lines.join("\r\n")).await.as_deref(), Some(&file[..]), "{length} in lines");
        }
    }

    #[tokio::test]
    async fn what_is_no_base64_is_left_alone() {
        let joined = format!("{}=={}", "QUFB".repeat(PIECE / 8), "QUFB".repeat(PIECE / 8));
        for text in ["", "https://blob.example/7", "plain text, no file", "QUFB*", &joined] {
            assert_eq!(decoded(text).await, None, "{text}");
        }
    }
}
