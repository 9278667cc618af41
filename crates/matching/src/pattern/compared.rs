//! What a pattern looks at: the types of objects, and their properties.

use super::{
    Pattern,
    syntax::{Comparison, Expression, Step},
};

impl Pattern {
    /// Every type of object that the pattern names, with the property that it looks at there; once for each comparison.
    #[must_use]
    pub fn compared(&self) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        in_expression(&self.root, &mut found);
        found
    }
}

fn in_expression<'a>(expression: &'a Expression, found: &mut Vec<(&'a str, &'a str)>) {
    match expression {
        Expression::And(all) | Expression::Or(all) | Expression::FollowedBy(all) => {
            all.iter().for_each(|inner| in_expression(inner, found));
        }
        Expression::Group(inner) | Expression::Qualified(inner, _) => in_expression(inner, found),
        Expression::Observation(comparison) => in_comparison(comparison, found),
    }
}

fn in_comparison<'a>(comparison: &'a Comparison, found: &mut Vec<(&'a str, &'a str)>) {
    match comparison {
        Comparison::And(all) | Comparison::Or(all) => all.iter().for_each(|inner| in_comparison(inner, found)),
        Comparison::Test(test) => {
            if let Some(Step::Key(property)) = test.path.steps.first() {
                found.push((&test.path.object_type, property));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    #[test]
    fn every_comparison_is_named() {
        let pattern = "([file:hashes.MD5 = 'x' AND (x-foo:bar[*].baz > 1 OR file:name = 'y')] REPEATS 2 TIMES) FOLLOWEDBY [url:value = 'z']";
        let pattern = parse(pattern).expect("a pattern");
        let expected = [("file", "hashes"), ("x-foo", "bar"), ("file", "name"), ("url", "value")];
        assert_eq!(pattern.compared(), expected);
    }
}
