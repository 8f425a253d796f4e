// Cards anywhere on the page, and inside the dialog itself, open an item; `server.details` draws it.
const dialog = element.querySelector("dialog");
const controls = '<div class="controls"><button type="button" data-back hidden>← Back</button>'
  + '<button type="button" data-steer hidden>Steer from this item</button>'
  + '<button type="button" data-less hidden>Steer away from it</button>'
  + '<button type="button" data-close aria-label="Close the details">✕</button></div>';
let trail = []; // the items looked at since the dialog was opened, the shown one last
let job = ""; // the visitor's own run that they are of, empty for the page's catalogue

// What found an item stands on the cards of the two columns, so that the dialog speaks of the search that is seen.
const foundBy = (id) => [...document.querySelectorAll(".answer-column [data-found]")]
  .filter((card) => card.dataset.item === id && card.checkVisibility());
const searched = () => [...document.querySelectorAll(".answer-column")].some((column) => column.checkVisibility());
const jobOf = (card) => card.closest("#own") ? document.querySelector(".about[data-job]")?.dataset.job ?? "" : "";

function tellFinders(list, found) {
  if (!list) return; // a sentence instead of an item
  list.hidden = list.previousElementSibling.hidden = !searched();
  for (const card of found.length ? found : [null]) {
    const text = card?.dataset.found ?? "no column of this answer";
    const line = list.appendChild(Object.assign(document.createElement("li"), { textContent: text }));
    if (card) offerWhy(line, card); // why.js
  }
}

async function show() {
  const id = trail.at(-1);
  dialog.setAttribute("aria-busy", "true");
  const html = await server.details(id, job);
  if (trail.at(-1) !== id) return; // a later click has overtaken this one
  dialog.innerHTML = controls + html;
  dialog.removeAttribute("aria-busy");
  dialog.dataset.item = id;
  dialog.dataset.job = job; // whose items these are
  dialog.querySelector("[data-back]").hidden = trail.length < 2;
  const steer = dialog.querySelector("[data-steer]"); // not every catalogue has something that steers it
  const steers = job ? document.querySelector("#own-steer-seeds") !== null : dialog.dataset.steers !== undefined;
  steer.hidden = !steers || !dialog.querySelector(".item");
  steer.dataset.steer = JSON.stringify([id]);
  const less = dialog.querySelector("[data-less]"); // only beside the answer that it changes
  less.hidden = steer.hidden || !document.querySelector(job ? "#own-steer-seeds" : "#steer-seeds")?.checkVisibility();
  less.dataset.less = id;
  dialog.dispatchEvent(new Event("item-shown", { bubbles: true }));
  tellFinders(dialog.querySelector(".found-by"), foundBy(id));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  dialog.querySelector("#details-title")?.focus();
}

document.addEventListener("click", (event) => {
  if (!dialog.isConnected) return;
  const card = event.target.closest("[data-item]");
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  else if (event.target.closest("[data-back]")) trail.pop(), show();
  else if (card && dialog.open && card !== dialog) trail.push(card.dataset.item), show();
  else if (card && card !== dialog) trail = [card.dataset.item], job = jobOf(card), show();
});
