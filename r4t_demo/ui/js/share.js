// The address always carries what was asked last: a search, a steering or a visitor's own run; "Copy link" puts it on the clipboard.
const address = () => {
  const url = new URL(location.href), theme = url.searchParams.get("__theme");
  const link = element.querySelector("[data-share]")?.getAttribute("href");
  if (link === undefined) return url;
  url.search = new URLSearchParams([...new URLSearchParams(link)].filter(([, value]) => value));
  if (theme) url.searchParams.set("__theme", theme);
  return url;
};
// A search that a visitor goes on to is a step that the browser's "back" undoes: the page is loaded again with the address before.
// The answer to the address that the page was opened with is none, and neither is what a run or the Steer tab shows.
const asks = element.closest("#summary") !== null;
let opened = asks && /[?&](q|item)=/.test(location.search);
watch("value", () => {
  const next = address();
  const step = asks && !opened && next.search !== location.search;
  opened = false;
  history[step ? "pushState" : "replaceState"](null, "", next);
  document.body.dataset.address = next.search;
});
if (asks) {
  document.body.dataset.address = location.search;
  addEventListener("popstate", () => location.search !== document.body.dataset.address && location.reload());
}
element.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-share]");
  if (!link) return;
  event.preventDefault();
  history.replaceState(null, "", address());
  try {
    await navigator.clipboard.writeText(location.href);
    link.textContent = "Link copied";
  } catch {
    link.textContent = "The link is in the address bar";
  }
});
