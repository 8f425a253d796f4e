// A set as a picture: drawn by `server.board` when it is asked for, looked at here, then saved, or shared where the browser can.
const dialog = element.querySelector("dialog"), part = (selector) => dialog.querySelector(selector);
const group = part("[role='group']"), image = part("img"), save = part(".lead"), hand = part("[data-hand]"), status = part(".status");
let button = null; // what was pressed, which carries the sets
let file = null; // the picture that is shown
let number = 0; // of the set that was asked for last

const sets = () => JSON.parse(button.dataset.board).sets;

function link() { // as the address has it, without what is empty
  const url = new URL(location.origin + location.pathname);
  const asked = new URLSearchParams(button.parentElement.querySelector("[data-share]").getAttribute("href"));
  url.search = new URLSearchParams([...asked].filter(([, value]) => value));
  return url.href;
}

function say(text, trouble = false) {
  status.innerHTML = trouble ? '<span class="error" role="alert"></span>' : "";
  (status.firstChild ?? status).textContent = text;
}

async function show(chosen) {
  number = chosen;
  for (const [place, one] of [...group.children].entries()) one.setAttribute("aria-pressed", place === chosen);
  image.hidden = save.hidden = hand.hidden = true;
  file = null;
  say("Drawing …");
  const { board: told } = button.dataset, job = button.closest("#own") && document.querySelector(".about[data-job]")?.dataset.job;
  const drawn = await server.board([told, chosen, link(), job ?? ""]).catch(() => ({}));
  if (number !== chosen || told !== button.dataset.board) return; // a later click has overtaken this one
  if (!drawn.picture) return say(drawn.trouble ?? "The picture could not be drawn: try again later.", true);
  const one = sets()[chosen], name = `fan-out-${one.method}.png`;
  file = new File([await (await fetch(drawn.picture)).blob()], name, { type: "image/png" });
  image.src = save.href = drawn.picture;
  image.alt = `${JSON.parse(told).title}. ${one.name}: ${one.directions.map(([words]) => words).join(", ")}`;
  save.download = name;
  image.hidden = save.hidden = false;
  hand.hidden = !navigator.canShare?.({ files: [file] });
  say(drawn.said);
}

function open(pressed) {
  button = pressed;
  group.replaceChildren(...sets().map((one, place) => {
    const choice = Object.assign(document.createElement("button"), { type: "button", textContent: one.name });
    choice.dataset.set = place;
    return choice;
  }));
  group.hidden = sets().length < 2;
  dialog.showModal();
  show(0);
}

document.addEventListener("click", async (event) => {
  if (!dialog.isConnected) return;
  const pressed = event.target.closest("[data-board]"), choice = event.target.closest("#board [data-set]");
  if (pressed) open(pressed);
  else if (choice) show(Number(choice.dataset.set));
  else if (event.target === dialog || event.target.closest("#board [data-close]")) dialog.close();
  else if (event.target === hand && file) {
    try {
      await navigator.share({ files: [file], title: JSON.parse(button.dataset.board).title });
    } catch (error) {
      if (error.name !== "AbortError") say("This browser could not share the picture: save it instead.", true);
    }
  }
});
