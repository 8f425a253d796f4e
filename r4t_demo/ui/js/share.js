// The address always carries what is on the page, a search or a visitor's own run; "Copy link" puts it on the clipboard.
const address = () => {
  const url = new URL(location.href);
  const link = element.querySelector("[data-share]");
  new URLSearchParams(link?.getAttribute("href")).forEach(
    (value, name) => value ? url.searchParams.set(name, value) : url.searchParams.delete(name));
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
