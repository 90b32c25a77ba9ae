// The pages of two nodes, the first and the last, side by side: what is typed in one passes through Redis to the other. A
// page outlives its node, as it goes to another one; so a frame is made once, when its node is up.

const people = ["alice", "bob"];

export function panes(state) {
  const ends = [state.nodes[0], state.nodes.at(-1)].slice(0, state.nodes.length);
  ["left", "right"].forEach((side, i) => {
    const pane = document.getElementById(`pane-${side}`);
    const node = ends[i];
    pane.hidden = !node;
    if (!node) return;
    const title = pane.querySelector("h2");
    title.textContent = `${people[i]}, opened at ${node.name}`;
    const frame = pane.querySelector("iframe");
    if (frame || node.state !== "up") {
      if (!frame) title.textContent += `, which is ${node.state}`;
      return;
    }
    const page = document.createElement("iframe");
    page.title = `Chat of ${people[i]}, from ${node.name}`;
    page.src = `${node.url}/?name=${people[i]}&room=lobby`;
    pane.append(page);
  });
}
