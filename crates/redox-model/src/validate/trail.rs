//! Where in a message the walk is: kept on the stack, and written out only for a problem.

use std::fmt::Write as _;

/// The way from the whole message to one of its values, each step pointing to the one before.
#[derive(Clone, Copy)]
pub(super) enum Trail<'t> {
    /// The whole message.
    Top,
    /// A documented member of the object that the trail leads to.
    Member(&'t Trail<'t>, &'static str),
    /// Any other member of it.
    Unknown(&'t Trail<'t>, &'t str),
    /// An item of the array that the trail leads to.
    Item(&'t Trail<'t>, usize),
}

impl<'t> Trail<'t> {
    pub(super) fn member(&'t self, name: &'static str) -> Self {
        Trail::Member(self, name)
    }

    /// Whether it leads to the `Meta` of the message.
    pub(super) fn is_meta(&self) -> bool {
        matches!(self, Trail::Member(Trail::Top, "Meta"))
    }

    /// As a JSON path. A name that may be data is given by its length.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        self.write(&mut path);
        path
    }

    /// Recurses no deeper than the scanner reads.
    fn write(&self, path: &mut String) {
        match self {
            Trail::Top => path.push('$'),
            Trail::Member(before, name) => {
                before.write(path);
                path.extend([".", name]);
            }
            Trail::Unknown(before, name) => {
                before.write(path);
                if is_plain(name) {
                    path.extend([".", name]);
                } else {
                    let length = name.chars().count();
                    write!(path, "[a name of {length} characters]").expect("a String takes everything");
                }
            }
            Trail::Item(before, index) => {
                before.write(path);
                write!(path, "[{index}]").expect("a String takes everything");
            }
        }
    }
}

/// Whether a member name is short and plain enough to be a name rather than data.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !name.is_empty() && name.len() <= 64 && name.bytes().all(plain)
}
