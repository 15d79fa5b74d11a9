"use strict";
for (const map of document.querySelectorAll(".map")) map.scrollLeft = map.scrollWidth;
const filter = document.getElementById("filter");
if (filter) {
  filter.closest("label").hidden = false;
  const rows = [...document.querySelectorAll(".map .clause")];
  const groups = [...document.querySelectorAll(".map details")];
  const open = new Map(groups.map((group) => [group, group.open]));
  filter.addEventListener("input", () => {
    const word = filter.value.trim().toLowerCase();
    for (const row of rows) row.hidden = word !== "" && !(row.id + " " + row.firstChild.title).toLowerCase().includes(word);
    for (const group of groups) {
      const hit = [...group.querySelectorAll(".clause")].some((row) => !row.hidden);
      group.hidden = word !== "" && !hit;
      group.open = word === "" ? open.get(group) : hit;
    }
  });
}
