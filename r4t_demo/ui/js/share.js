// The address always carries what was asked last: a search, a steering or a visitor's own run; "Copy link" puts it on the clipboard.
const address = () => {
  const url = new URL(location.href), theme = url.searchParams.get("__theme");
  const link = element.querySelector("[data-share]")?.getAttribute("href");
  if (link === undefined) return url;
  url.search = new URLSearchParams([...new URLSearchParams(link)].filter(([, value]) => value));
  if (theme) url.searchParams.set("__theme", theme);
  return url;
};
watch("value", () => history.replaceState(null, "", address()));
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
