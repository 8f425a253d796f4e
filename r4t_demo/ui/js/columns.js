// What a visitor has chosen for the columns of a table, told as column -> role when the button below them is pressed.
document.addEventListener("click", (event) => {
  const button = event.target.closest("#own-columns [data-columns]");
  if (!button || !element.isConnected) return;
  const choices = document.querySelectorAll("#own-columns select[data-column]:enabled");
  props.value = JSON.stringify(Object.fromEntries([...choices].map((one) => [one.dataset.column, one.value])));
  trigger("submit");
});
