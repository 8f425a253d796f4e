// Whatever chooses seeds: items to choose from, the crosses of the chosen ones, "Steer from …". There is a hand for the page's
// catalogue and one for a visitor's own, and each takes what is clicked on among the items of its catalogue alone.
// What is told goes by the value: of several quick events Gradio sends the last one again, but without the data of its own.
const own = element.closest("#own-steer-hand") !== null, place = own ? "#own-steer" : "#steer";
const mine = (target) => Boolean(target.closest("#own") || target.closest("#details")?.dataset.job) === own;
const tell = (what) => { props.value = JSON.stringify(what); trigger("submit"); };
let wanted = null; // what was chosen last, until the row of seeds shows it: clicks may be quicker than that
let moved = false; // whether what had the focus is gone: the row is drawn anew, or another tab is shown
const shown = () => [...document.querySelectorAll(`${place}-seeds [data-seed]`)].map((one) => one.dataset.seed);
const unlike = () => [...document.querySelectorAll(`${place}-seeds [data-unlike]`)].map((one) => one.dataset.unlike);
const same = (a, b) => a && JSON.stringify(a) === JSON.stringify(b);

function mark() {
  const seeds = wanted ?? shown();
  for (const card of document.querySelectorAll(`${place}-grid [data-pick]`)) {
    card.setAttribute("aria-pressed", seeds.includes(card.dataset.pick));
  }
}

document.addEventListener("steer-drawn", () => {
  if (same(wanted, shown())) wanted = null;
  mark();
  if (moved && !wanted) setTimeout(refocus, 100); // another tab is not shown yet
});

function refocus() {
  const seed = [...document.querySelectorAll(`${place}-seeds .card`)].at(-1);
  if (moved && seed?.checkVisibility()) moved = false, seed.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (!element.isConnected || !mine(event.target)) return;
  const from = event.target.closest("[data-steer]"), one = event.target.closest("[data-pick], [data-unseed]");
  const less = event.target.closest("[data-less]"), again = event.target.closest("[data-relike]");
  if (from) {
    wanted = null, moved = true;
    document.querySelector("#details")?.close();
    document.querySelector(own ? "#own-steer" : "#tabs").scrollIntoView();
    tell({ send: JSON.parse(from.dataset.steer) });
  } else if (less) {
    moved = true;
    document.querySelector("#details")?.close();
    tell({ less: [...unlike(), less.dataset.less] });
  } else if (again) {
    tell({ less: unlike().filter((other) => other !== again.dataset.relike) });
  } else if (one) {
    const seeds = wanted ?? shown(), id = one.dataset.pick ?? one.dataset.unseed;
    wanted = seeds.includes(id) ? seeds.filter((other) => other !== id) : [...seeds, id];
    moved = "unseed" in one.dataset;
    mark();
    tell({ seeds: wanted });
  }
});
