// Package slides makes the workshop's slides: one page of docs/slides.md and of the plan in docs/workshop.md, which
// needs no network and no server.
//
// Read plan.go (the table of minutes), slides.go (one slide after the other), kinds.go (how large its letters can be),
// then the page: slides.html, and script/
// with one idea in each file.
package slides
