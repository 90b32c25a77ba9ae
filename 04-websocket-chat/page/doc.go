// Package page is the chat page of a node: what a browser loads, and the handler
// that serves it. It knows no hub: the page talks to its node through /ws, as any
// other client does.
//
// The files that the browser gets stand beside this one, as they are: nothing is
// built, and nothing is fetched from another server. Begin with chat.html and
// chat.js, which connects the parts; each part is one file. Handler, in page.go,
// serves them with the policy that says what the browser lets the page do.
//
// No goroutine is started here; Handler is safe for all that net/http starts.
package page
