// Why an item was found: asked for by a button behind what found it, told below that. The server keeps nothing of a search, so
// all that it takes is told anew: the search's link, and which direction of which method the card stands under.
function askedOf(card) {
  const answer = card.closest(".answer"), steered = answer.classList.contains("steered");
  const ids = `#${card.closest("#own") ? "own-" : ""}${steered ? "steer-" : ""}summary`;
  const link = document.querySelector(`${ids} [data-share]`)?.getAttribute("href") ?? "?";
  if (answer.classList.contains("early") || link === "?") return null; // still being answered, or asked with a picture
  const row = card.closest(".direction"), place = Number(row?.dataset.place ?? 0);
  const text = (one) => one?.querySelector(".text").textContent ?? "";
  const before = [...answer.querySelectorAll(".direction")].filter((one) => Number(one.dataset.place) < place);
  before.sort((a, b) => a.dataset.place - b.dataset.place);
  return { item: card.dataset.item, job: jobOf(card), link, steered, method: answer.dataset.method, place, text: text(row), before: before.map(text), tokens: false };
}

function button(text) {
  return Object.assign(document.createElement("button"), { type: "button", className: "ask-why", textContent: text });
}

async function tell(asked, place, from) {
  from.setAttribute("aria-busy", "true");
  place.innerHTML = await server.why(JSON.stringify(asked)).catch(() => '<p class="error" role="alert">No answer came: try again.</p>');
  from.removeAttribute("aria-busy");
}

function offerWhy(line, card) {
  const asked = askedOf(card);
  if (!asked) return;
  const place = document.createElement("div"), open = button("Why?");
  open.setAttribute("aria-expanded", "false");
  open.setAttribute("aria-label", `Why? ${line.textContent}`);
  line.append(" ", open, place);
  open.addEventListener("click", async () => {
    place.hidden = open.getAttribute("aria-expanded") === "true";
    open.setAttribute("aria-expanded", String(!place.hidden));
    if (place.hidden || place.innerHTML) return;
    await tell(asked, place, open);
    const likely = place.querySelector("[data-tokens]");
    likely?.addEventListener("click", () => tell({ ...asked, tokens: true }, likely.parentElement, likely));
  });
}
