package browser

import (
	"testing"

	chat "example.com/redis-chat/04-websocket-chat"
)

func TestNameAndRoomAreAskedOnce(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	home := "http://" + n.addr + "/"
	b := open(t, home, 1100, 700)
	b.until(`document.activeElement.id === "name"`)
	b.types("alice\tgo\r")
	b.shows("status", "Connected to n1 as alice")
	b.addRoom("rust")

	again := open(t, home, 1100, 700)
	again.shows("status", "Connected to n1 as alice")
	again.shows("where", "rust")
	again.shows("rooms", "go")

	// What an address says counts for that address alone.
	bob := open(t, home+"?name=bob&room=lobby", 1100, 700)
	bob.shows("status", "Connected to n1 as bob")
	bob.until(`document.querySelectorAll("#rooms li").length === 1`)
	third := open(t, home, 1100, 700)
	third.shows("status", "Connected to n1 as alice")

	third.evaluate(`document.getElementById("rename").click(), true`)
	third.until(`document.activeElement.id === "name" && document.activeElement.value === "alice"`)
	third.evaluate(`document.getElementById("name").value = "ann", true`)
	third.types("\r")
	third.shows("status", "Connected to n1 as ann")
	third.shows("rooms", "go")
}

func TestPageWorksWithoutStorage(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	const blocked = `for (const name of ["localStorage", "sessionStorage"]) {
		Object.defineProperty(window, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
	}`
	b := openWith(t, "http://"+n.addr+"/", 1100, 700, blocked)
	b.until(`document.activeElement.id === "name"`)
	b.types("alice\tgo\r")
	b.shows("status", "Connected to n1 as alice")
	b.types("hello\r")
	b.until(`document.querySelector(".mine")?.dataset.state === "placed"`)
	b.addRoom("rust")
}

// Values that another program, or an older page, has stored under our names must not break the page.
func TestPageWorksWithStorageThatIsNotItsOwn(t *testing.T) {
	t.Parallel()
	n := start(t, chat.Options{Node: "n1"})
	const odd = `
		localStorage.setItem("chat.me", '{"name":7,"rooms":"x","shown":{}}');
		for (const key of ["rooms", "drafts", "unsure"]) sessionStorage.setItem("chat." + key, "[1,null,{}]");`
	b := openWith(t, "http://"+n.addr+"/", 1100, 700, odd)
	b.until(`document.activeElement.id === "name"`)
	b.types("alice\tgo\r")
	b.shows("status", "Connected to n1 as alice")
}
