// A registration runs in a window of the platform, which closes it at this message (LTI dynamic registration 1.0).
(window.opener ?? window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, "*");
