// Cards anywhere on the page, and inside the dialog itself, open an item; `server.details` draws it.
const dialog = element.querySelector("dialog");
const controls = '<div class="controls"><button type="button" data-back hidden>← Back</button>'
  + '<button type="button" data-close aria-label="Close the details">✕</button></div>';
let trail = []; // the items looked at since the dialog was opened, the shown one last

// What found an item stands on the cards of the two columns, so that the dialog speaks of the search on the page.
const foundBy = (id) => [...document.querySelectorAll("#left-column [data-found], #right-column [data-found]")]
  .filter((card) => card.dataset.item === id).map((card) => card.dataset.found);

async function show() {
  const id = trail.at(-1);
  dialog.setAttribute("aria-busy", "true");
  const html = await server.details(id);
  if (trail.at(-1) !== id) return; // a later click has overtaken this one
  dialog.innerHTML = controls + html;
  dialog.removeAttribute("aria-busy");
  dialog.dataset.item = id;
  dialog.querySelector("[data-back]").hidden = trail.length < 2;
  const list = dialog.querySelector(".found-by");
  const found = foundBy(id);
  for (const text of found.length ? found : ["neither column of this search"]) {
    list?.appendChild(Object.assign(document.createElement("li"), { textContent: text }));
  }
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  dialog.querySelector("#details-title")?.focus();
}

document.addEventListener("click", (event) => {
  if (!dialog.isConnected) return;
  const card = event.target.closest("[data-item]");
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  else if (event.target.closest("[data-back]")) trail.pop(), show();
  else if (card && card !== dialog) trail = dialog.open ? [...trail, card.dataset.item] : [card.dataset.item], show();
});
