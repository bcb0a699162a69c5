// Reads the rules of alerts and the queries of dashboards as Prometheus does: check-queries alerts.yml dashboard.json …
// promtool reads rules with the same code, knows no dashboards, and needs the clients of every cloud to be built.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

type dashboard struct {
	Uid    string
	Title  string
	Panels []struct {
		Title   string
		Type    string
		Targets []struct{ Expr string }
	}
}

// What Grafana puts in before it asks.
var variables = strings.NewReplacer("$__rate_interval", "1m", "$service", ".*")

func main() {
	model.NameValidationScheme = model.UTF8Validation
	wrong := false
	complain := func(where string, what any) {
		wrong = true
		fmt.Printf("%s: %v\n", where, what)
	}
	_, problems := rulefmt.ParseFile(os.Args[1], false)
	for _, problem := range problems {
		complain(os.Args[1], problem)
	}
	for _, file := range os.Args[2:] {
		var shown dashboard
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, &shown)
		}
		if err != nil {
			complain(file, err)
			continue
		}
		if shown.Uid == "" || shown.Title == "" || len(shown.Panels) == 0 {
			complain(file, "expected a uid, a title and panels")
		}
		for _, panel := range shown.Panels {
			if panel.Title == "" || panel.Type == "" || len(panel.Targets) == 0 {
				complain(file, "a panel without a title, a type or queries")
			}
			for _, target := range panel.Targets {
				if _, err := parser.ParseExpr(variables.Replace(target.Expr)); err != nil {
					complain(file+": "+panel.Title, err)
				}
			}
		}
	}
	if wrong {
		os.Exit(1)
	}
}
