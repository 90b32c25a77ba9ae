package keypair_test

import (
	"fmt"

	"example.com/redis-chat/01-redis-basics/keypair"
)

// Without files there is no TLS. What is wrong with them is said in a sentence, by the variables' names.
func ExampleLoad() {
	pair, err := keypair.Load("TLS", "", "")
	fmt.Println(pair == nil, err)
	_, err = keypair.Load("TLS", "chat.crt", "")
	fmt.Println(err)
	// Output:
	// true <nil>
	// TLS_CERT is given without TLS_KEY: a certificate needs its key
}
