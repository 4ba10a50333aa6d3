//! What `oxgate init` asks a person at a terminal; elsewhere flags and defaults answer.

use super::Named;
use std::io::{self, BufRead, Write};

/// Asks on one stream and hears on another.
pub(super) struct Asker<R, W> {
    input: R,
    output: W,
}

impl<R: BufRead, W: Write> Asker<R, W> {
    pub(super) fn new(input: R, output: W) -> Self {
        Self { input, output }
    }

    /// One line; what is usual when there is nothing on it, or no more input.
    pub(super) fn text(&mut self, question: &str, usual: &str) -> io::Result<String> {
        write!(self.output, "{question} [{usual}]: ")?;
        self.output.flush()?;
        let line = self.line()?;
        Ok(if line.is_empty() { usual.to_owned() } else { line })
    }

    /// Lines `name=id` up to an empty one; asks again where a line is neither. At most `most` of them.
    pub(super) fn named(&mut self, question: &str, most: usize) -> io::Result<Vec<Named>> {
        let mut all = Vec::new();
        while all.len() < most {
            write!(
                self.output,
                "{question} as name=id (empty: {}): ",
                if all.is_empty() { "later" } else { "no more" }
            )?;
            self.output.flush()?;
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            match line.parse() {
                Ok(named) => all.push(named),
                Err(why) => writeln!(self.output, "  {why}")?,
            }
        }
        Ok(all)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.input.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked<T>(input: &str, ask: impl FnOnce(&mut Asker<&[u8], &mut Vec<u8>>) -> io::Result<T>) -> (T, String) {
        let mut shown = Vec::new();
        let answer = ask(&mut Asker::new(input.as_bytes(), &mut shown)).expect("no stream fails");
        (answer, String::from_utf8(shown).expect("UTF-8"))
    }

    #[test]
    fn an_empty_line_and_the_end_of_input_mean_what_is_usual() {
        assert_eq!(asked("https://x.test\n", |ask| ask.text("Where", "here")).0, "https://x.test");
        for input in ["\n", "  \n", ""] {
            assert_eq!(asked(input, |ask| ask.text("Where", "here")), ("here".to_owned(), "Where [here]: ".to_owned()));
        }
    }

    #[test]
    fn a_line_that_is_no_pair_is_asked_for_again() {
        let (named, shown) = asked("lab\nlab=d-1\n\n", |ask| ask.named("Destination", 9));
        assert_eq!(named.iter().map(|one| (one.name.as_str(), one.id.as_str())).collect::<Vec<_>>(), [("lab", "d-1")]);
        assert!(shown.contains("write NAME=ID"), "{shown}");
        assert_eq!(asked("a=1\nb=2\nc=3\n", |ask| ask.named("Destination", 2)).0.len(), 2);
    }
}
