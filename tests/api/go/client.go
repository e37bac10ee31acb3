// SPDX-License-Identifier: GPL-2.0-or-later

// A client that is not ours: the Go library of Varlink, with what its generator makes of our interface files. It does what its
// argument says, and prints one JSON object for each reply, {"error": NAME, "parameters": ...} for an error.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iosystemdmetrics"
	"orgstapd1"
	"os"
	"reflect"

	"github.com/varlink/go/varlink"
)

func say(what interface{}) {
	text, err := json.Marshal(what)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func complain(err error) {
	say(map[string]interface{}{"error": reflect.TypeOf(err).String(), "parameters": err})
	os.Exit(0)
}

// A call of generated code. Parameters that are not given are null: an interface may grow optional ones.
func call(c *varlink.Connection, send interface{}, flags uint64, given ...interface{}) {
	ctx := context.Background()
	f := reflect.ValueOf(send)
	in := []reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(c), reflect.ValueOf(flags)}
	for _, g := range given {
		in = append(in, reflect.ValueOf(g))
	}
	for i := len(in); i < f.Type().NumIn(); i++ {
		in = append(in, reflect.Zero(f.Type().In(i)))
	}
	out := f.Call(in)
	if err, ok := out[1].Interface().(error); ok && err != nil {
		complain(err)
	}
	for receive := out[0]; ; {
		reply := receive.Call([]reflect.Value{reflect.ValueOf(ctx)})
		last := len(reply) - 1
		if err, ok := reply[last].Interface().(error); ok && err != nil {
			complain(err)
		}
		values := []interface{}{}
		for _, v := range reply[:last-1] {
			values = append(values, v.Interface())
		}
		say(values)
		if reply[last-1].Uint()&varlink.Continues == 0 {
			return
		}
	}
}

func text(s string) *string { return &s }

func main() {
	address, what, rest := os.Args[1], os.Args[2], os.Args[3:]
	c, err := varlink.NewConnection(context.Background(), "unix:"+address)
	if err != nil {
		complain(err)
	}
	defer c.Close()
	switch what {
	case "info":
		var vendor, product, version, url string
		var interfaces []string
		if err := c.GetInfo(context.Background(), &vendor, &product, &version, &url, &interfaces); err != nil {
			complain(err)
		}
		say([]interface{}{vendor, product, version, interfaces})
	case "description":
		description, err := c.GetInterfaceDescription(context.Background(), rest[0])
		if err != nil {
			complain(err)
		}
		say(description)
	case "status":
		call(c, orgstapd1.Status().Send, 0)
	case "list":
		call(c, orgstapd1.List().Send, varlink.More)
	case "list-one":
		call(c, orgstapd1.List().Send, 0, text(rest[0]))
	case "start":
		call(c, orgstapd1.Start().Send, varlink.More, orgstapd1.Context{Script: &rest[0], Name: text("go.stp")})
	case "start-guru":
		guru := true
		call(c, orgstapd1.Start().Send, 0, orgstapd1.Context{Script: &rest[0], Guru: &guru})
	case "stop":
		call(c, orgstapd1.Stop().Send, 0, rest[0])
	case "describe":
		call(c, orgstapd1.Describe().Send, 0, rest[0], text(rest[1]))
	case "metrics":
		call(c, iosystemdmetrics.List().Send, varlink.More)
	case "metric-families":
		call(c, iosystemdmetrics.Describe().Send, varlink.More)
	default:
		panic(what)
	}
}
