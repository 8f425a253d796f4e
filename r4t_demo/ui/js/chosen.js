// The seeds, or the items to choose from, have been drawn anew: whoever marks the chosen ones wants to know.
const tell = () => document.dispatchEvent(new Event("steer-drawn"));
watch("value", tell);
tell();
