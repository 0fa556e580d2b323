// A page that came as the reply to a form, such as a preview, or one that asks for the rest of an answer. Without this,
// Back to it would show an error of the browser, which asks to send the form again. outbox/page.js does the same for its
// pages.

history.replaceState(history.state, "", location.href);
