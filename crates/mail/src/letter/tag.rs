//! A start tag while it is read: its name and attributes, in memory that the next tag uses again. A page has thousands.

use std::ops::Range;

/// A start tag. Of attributes with the same name the first counts (HTML standard, section 13.2.5.33).
#[derive(Default)]
pub(super) struct Tag {
    name: Vec<u8>,
    /// Names and values, one after the other.
    text: Vec<u8>,
    attributes: Vec<(Range<usize>, Range<usize>)>,
}

impl Tag {
    /// Begins a tag.
    pub(super) fn open(&mut self, name: &[u8]) {
        self.name.clear();
        self.name.extend_from_slice(name);
    }

    /// Begins an attribute.
    pub(super) fn attribute(&mut self, name: &[u8]) {
        let start = self.text.len();
        self.text.extend_from_slice(name);
        let end = self.text.len();
        self.attributes.push((start..end, end..end));
    }

    /// The value of the attribute that was begun last.
    pub(super) fn value(&mut self, value: &[u8]) {
        if let Some((_, range)) = self.attributes.last_mut() {
            self.text.extend_from_slice(value);
            range.end = self.text.len();
        }
    }

    /// The tag has ended: orders its attributes, so that a tag with a hundred thousand of them costs no more than its length.
    pub(super) fn close(&mut self) {
        let text = &self.text;
        let name = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
        self.attributes.sort_by(|(one, _), (other, _)| name(one).cmp(name(other)));
        self.attributes.dedup_by(|(later, _), (first, _)| name(later) == name(first));
    }

    /// Forgets the attributes.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.attributes.clear();
    }

    /// Its name in lower case.
    pub(super) fn name(&self) -> &[u8] {
        &self.name
    }

    /// The value of an attribute; none where the tag has no such attribute.
    pub(super) fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find(|(present, _)| *present == name).map(|(_, value)| value)
    }

    /// Names and values in the order of their names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let at = |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default();
        self.attributes.iter().map(move |(name, value)| (at(name), at(value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_attribute_of_a_name_counts() {
        let mut tag = Tag::default();
        tag.value(b"of nothing");
        tag.open(b"a");
        for (name, value) in [(&b"href"[..], &b"one"[..]), (b"class", b""), (b"href", b"two")] {
            tag.attribute(name);
            tag.value(value);
        }
        tag.close();
        assert_eq!(tag.name(), b"a");
        assert_eq!(tag.iter().collect::<Vec<_>>(), [(&b"class"[..], &b""[..]), (b"href", b"one")]);
        assert_eq!((tag.get(b"href"), tag.get(b"id")), (Some(&b"one"[..]), None));
        tag.clear();
        assert_eq!(tag.iter().count(), 0);
    }
}
