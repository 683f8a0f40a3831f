// A browser drops the animation of a move that another one follows, or that is in a hidden tab. That is no error.
addEventListener("unhandledrejection", (event) => {
  if (/transition/i.test(event.reason?.message ?? "")) event.preventDefault();
});
