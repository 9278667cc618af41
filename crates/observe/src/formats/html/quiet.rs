//! The tokens of a page without the errors that a conforming parser would report of it.

use html5gum::{
    Emitter, ForwardingEmitter, Readable, Span, SpanBound, Tokenizer,
    emitters::callback::{CallbackEmitter, CallbackEvent},
};

/// Hands the tokens of a page to a function, and no errors: every page of a mail program has hundreds, and the standard
/// asks to look at each character for them.
struct Quiet<F, S: SpanBound>(CallbackEmitter<F, (), S>)
where
    F: FnMut(CallbackEvent<'_>, Span<S>) -> Option<()>;

impl<F, S: SpanBound> ForwardingEmitter for Quiet<F, S>
where
    F: FnMut(CallbackEvent<'_>, Span<S>) -> Option<()>,
{
    type Token = ();

    fn inner(&mut self) -> &mut impl Emitter<Token = ()> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

/// A tokenizer of a page (HTML standard, section 13.2.5) that calls `take` with what it meets, and yields where `take`
/// answers with something. `scripts` says whether what stands in a script, a style or a title is text to its end, as
/// browsers have it.
pub fn html_tokens<F, S>(html: &str, scripts: bool, take: F) -> impl Iterator<Item = ()>
where
    F: FnMut(CallbackEvent<'_>, Span<S>) -> Option<()>,
    S: SpanBound,
{
    let mut emitter = CallbackEmitter::new(take);
    emitter.naively_switch_states(scripts);
    Tokenizer::new_with_emitter(Readable::to_reader(html), Quiet(emitter)).flatten()
}
