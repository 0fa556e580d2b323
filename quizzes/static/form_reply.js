// A page that came as the reply to a form, such as a preview, or one that asks for the rest of an answer. Without this,
// Back to it would show an error of the browser, which asks to send the form again. outbox/page.js does the same for its
// pages.
// The address of a button takes no GET. Back to its reply, such as a question or a form with an error, leads to the page
// with the button. A form without an address of its own would then be sent to that page.

const isOfButton = document.querySelector("[data-reply-of]").dataset.replyOf === "button";
const address = isOfButton ? document.referrer : location.href;
const isUsable = address.startsWith(`${location.origin}/`);
if (isUsable && !(isOfButton && document.querySelector("form[method=post]:not([action])"))) {
  history.replaceState(history.state, "", address);
}
