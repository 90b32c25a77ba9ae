package page_test

import (
	"bytes"
	"fmt"

	"example.com/redis-chat/06-emitter/page"
)

// The page carries the token that its requests must show, and loads its files.
func Example() {
	var html bytes.Buffer
	if err := page.Map.Execute(&html, page.Run{Token: "a-secret", Run: "the-first"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the page has the token:", bytes.Contains(html.Bytes(), []byte("a-secret")))
	_, err := page.Files.ReadFile("map.css")
	fmt.Println("the style is here:", err == nil)
	// Output:
	// the page has the token: true
	// the style is here: true
}
