// A piece of the page that comes with something new in it asks for the answer to that, once: it may be put there with it, or be
// there before it.
const asked = `data-${element.closest("[id]").id}`; // remembered outside, for a piece that is put there again
const ask = () => {
  const result = element.querySelector("[data-result]")?.dataset.result ?? "";
  if (result === (document.body.getAttribute(asked) ?? "")) return;
  document.body.setAttribute(asked, result);
  if (result) trigger("submit");
};
watch("value", ask);
ask();
