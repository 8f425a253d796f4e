// The theme follows the system until the visitor chooses; the choice stays in this browser.
const dark = (on) => document.body.classList.toggle("dark", on);
const chosen = localStorage.getItem("theme");
if (chosen && !new URLSearchParams(location.search).has("__theme")) dark(chosen === "dark");
element.querySelector("[data-theme-toggle]").addEventListener("click", () => {
  localStorage.setItem("theme", dark(!document.body.classList.contains("dark")) ? "dark" : "light");
});
