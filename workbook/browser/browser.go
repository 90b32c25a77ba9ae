// Package browser proves the workbook's pages in a real browser, a headless Chromium. It is a module of its own, so
// that nobody needs the browser's libraries to build a chapter.
package browser
