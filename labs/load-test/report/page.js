"use strict";

// lab draws the pictures. Their options name colours as var(--…) and functions
// as lab.…; here the colours become those of the reader's theme, and the
// pictures are drawn anew when it changes.
const lab = {
  pictures: [], // [id of the element, its options]

  // brief shortens the numbers of an axis.
  brief(v) {
    if (v >= 1e6) return +(v / 1e6).toFixed(2) + " M";
    if (v >= 1e4) return +(v / 1e3).toFixed(1) + " k";
    return (+v.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 6 });
  },

  // tip lists what lies under the pointer. A value is [x, y, head, text].
  tip(points) {
    const safe = echarts.format.encodeHTML;
    const seen = points.filter((p) => p.value && p.value[3]);
    if (seen.length === 0) return "";
    // Ours is drawn last, to lie on top, and read first.
    const texts = seen.reverse().map((p) => p.marker + safe(p.value[3]));
    return "<b>" + safe(seen[0].value[2]) + "</b><br>" + texts.join("<br>");
  },

  color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  },

  paint(value, key) {
    if (key === "formatter" && value === "lab.brief") return lab.brief;
    if (key === "formatter" && value === "lab.tip") return lab.tip;
    if (typeof value === "string") return value.replace(/^var\((--[\w-]+)\)$/, (_, name) => lab.color(name));
    if (Array.isArray(value)) return value.map((v) => lab.paint(v));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, lab.paint(v, k)]));
    return value;
  },

  theme() {
    const text = { color: "var(--soft)", fontSize: 14 };
    const axis = {
      axisLine: { lineStyle: { color: "var(--edge)" } },
      axisTick: { lineStyle: { color: "var(--edge)" } },
      axisLabel: text,
      nameTextStyle: text,
      splitLine: { lineStyle: { color: "var(--line)" } },
    };
    const font = getComputedStyle(document.body).fontFamily;
    return lab.paint({
      backgroundColor: "transparent",
      textStyle: { fontFamily: font, color: "var(--ink)" },
      legend: { textStyle: { color: "var(--ink)", fontSize: 15 }, itemGap: 22 },
      categoryAxis: { ...axis, splitLine: { show: false } },
      valueAxis: axis,
      logAxis: axis,
      tooltip: { backgroundColor: "var(--card)", borderColor: "var(--edge)", textStyle: { color: "var(--ink)" } },
      line: { lineStyle: { cap: "round", join: "round" } },
      markLine: { z: 1, silent: true }, // ticks: beneath the data
    });
  },

  // draw draws what can be seen; a folded picture has no width yet.
  draw() {
    const theme = lab.theme();
    for (const [id, options] of lab.pictures) {
      const place = document.getElementById(id);
      echarts.getInstanceByDom(place)?.dispose();
      if (place.clientWidth === 0) continue;
      echarts.init(place, theme, { renderer: "svg" }).setOption({ ...lab.paint(options), aria: { enabled: true } });
    }
  },

  start() {
    if (typeof echarts === "undefined") {
      document.getElementById("no-pictures").hidden = false;
      for (const section of document.querySelectorAll(".drawn")) section.hidden = true;
      return;
    }
    lab.draw();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", lab.draw);
    for (const fold of document.querySelectorAll("details")) fold.addEventListener("toggle", lab.draw);
    addEventListener("resize", () => {
      for (const [id] of lab.pictures) echarts.getInstanceByDom(document.getElementById(id))?.resize();
    });
  },
};
