// What is asked besides words: a picture or an item, what is liked and what is not. It is kept here and told as a whole, by the
// value, with every search; words take the place of a picture or an item, and these of words.
const { prefix } = element.querySelector("[role='alert']").dataset; // of the ids of the page's catalogue, or of a visitor's own
const at = (id, inside = "") => document.querySelector(`#${prefix}${id} ${inside}`);
const box = () => at("query", ":is(textarea, input)");
const shown = () => element.isConnected && box().checkVisibility(); // the tab that asks
const details = () => document.querySelector("#details");
const ours = () => element.isConnected && !details().dataset.job === !prefix; // whose item the details show
let words = ""; // what was asked before a picture or an item was

function told() {
  const kept = { item: "", picture: "", others: false, plus: [], minus: [], ...JSON.parse(props.value || "{}") };
  return box().value.trim() ? { ...kept, item: "", picture: "", others: false } : kept;
}

function write(text) {
  box().value = text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

function tell(change) {
  const next = { ...told(), ...change };
  const around = next.item || next.picture;
  if (around && box().value.trim()) words = box().value, write("");
  if (!around && !box().value.trim()) write(words);
  props.value = JSON.stringify(next);
  setTimeout(() => trigger("submit")); // once the box has told its words
}

const MARKS = { plus: "minus", minus: "plus" }; // and what each takes the place of
function mark(name, id) {
  const kept = told(), other = MARKS[name];
  const marked = kept[name].includes(id) ? kept[name].filter((one) => one !== id) : [...kept[name], id];
  tell({ [name]: marked, [other]: kept[other].filter((one) => one !== id) });
}

function say(trouble) { // until the next search
  const place = element.querySelector("[role='alert']");
  place.textContent = trouble;
  place.hidden = false;
  new MutationObserver((_, observer) => { observer.disconnect(); place.hidden = true; })
    .observe(at("status"), { childList: true, subtree: true, characterData: true });
}

async function take(file) {
  try {
    const { picture, trouble } = await server.take_picture((await upload(file)).path);
    picture ? tell({ picture, item: "" }) : say(trouble);
  } catch {
    say("The picture could not be sent: try a smaller one, or try again later.");
  }
}

// Chips are drawn anew with every search: the focus stays where it was, or goes to what stands in the place of what is gone.
const controls = () => [...at("around").querySelectorAll("button, input")];
let focused = -1;
const stay = (control) => { focused = controls().indexOf(control); };

document.addEventListener("around-drawn", () => {
  if (!element.isConnected) return;
  const id = at("around", "[data-out='item']")?.dataset.id;
  if (id && id === box().value.trim()) { // an id that was typed is kept as the item that it names
    props.value = JSON.stringify({ ...told(), item: id });
    write("");
  }
  if (focused >= 0 && document.activeElement === document.body) {
    (controls()[focused] ?? controls().at(-1) ?? box()).focus({ preventScroll: true });
  }
  focused = -1;
});

document.addEventListener("focusin", (event) => {
  if (element.isConnected && event.target === box() && box().value.trim()) words = box().value;
});

document.addEventListener("click", (event) => {
  if (!element.isConnected) return;
  const out = event.target.closest(`#${prefix}around [data-out]`), asked = ours() && event.target.closest("#details [data-ask]");
  if (out) {
    const { out: name, id } = out.dataset;
    stay(out);
    name in MARKS ? mark(name, id) : tell({ [name]: "", others: false });
  } else if (asked) {
    const { id } = asked.parentElement.dataset;
    details().close();
    if (!prefix) document.querySelector("#tabs [role='tab']").click(); // the first one asks
    box().closest(".ask").scrollIntoView({ block: "nearest" });
    asked.dataset.ask === "item" ? tell({ item: id, picture: "" }) : mark(asked.dataset.ask, id);
  }
});

document.addEventListener("change", (event) => {
  if (!element.isConnected) return;
  if (event.target.matches(`#${prefix}around [data-others]`)) {
    stay(event.target);
    tell({ others: event.target.checked });
  } else if (event.target.matches(`#${prefix}ask-picture input`)) {
    if (event.target.files.length) take(event.target.files[0]);
    event.target.value = "";
  }
});

document.addEventListener("item-shown", ({ target }) => {
  if (!ours()) return;
  const kept = told(), asking = target.querySelector(".asking-with");
  if (!asking) return;
  for (const button of asking.children) {
    const marked = kept[button.dataset.ask];
    button.setAttribute("aria-pressed", Array.isArray(marked) ? marked.includes(asking.dataset.id) : marked === asking.dataset.id);
  }
});

// A picture may be dropped or pasted anywhere while the tab is seen.
const pictured = (data) => [...(data?.files ?? [])].find((file) => file.type.startsWith("image/") || /\.(heic|heif|avif)$/i.test(file.name));
const dragged = (event) => shown() && [...event.dataTransfer.types].includes("Files");
const row = () => box().closest(".ask").classList;

document.addEventListener("paste", (event) => {
  const file = shown() && pictured(event.clipboardData);
  if (file) event.preventDefault(), take(file);
});
document.addEventListener("dragover", (event) => {
  if (dragged(event)) event.preventDefault(), row().add("dropping");
});
document.addEventListener("dragleave", (event) => event.relatedTarget ?? row().remove("dropping"));
document.addEventListener("drop", (event) => {
  if (!dragged(event)) return;
  event.preventDefault();
  row().remove("dropping");
  take(pictured(event.dataTransfer) ?? event.dataTransfer.files[0]);
});
