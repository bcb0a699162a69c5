// Reads prometheus.yml as Prometheus does, and plays tests of its alerts: test-alerts prometheus.yml alerts.test.yml.
// The tests are written, and evaluated, as promtool's are; promtool itself needs the clients of Kubernetes and of every cloud to be built.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery/dns" // so that its settings can be read
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"gopkg.in/yaml.v2"
)

type suite struct {
	RuleFiles []string       `yaml:"rule_files"` // beside the tests
	Interval  model.Duration `yaml:"evaluation_interval"`
	Tests     []group        `yaml:"tests"`
}

type group struct {
	Name     string         `yaml:"name"`
	Interval model.Duration `yaml:"interval"`
	Series   []struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	} `yaml:"input_series"`
	Looks []look `yaml:"alert_rule_test"`
}

type look struct {
	Alert    string         `yaml:"alertname"`
	At       model.Duration `yaml:"eval_time"`
	Expected []struct {
		Labels      map[string]string `yaml:"exp_labels"`
		Annotations map[string]string `yaml:"exp_annotations"`
	} `yaml:"exp_alerts"`
}

func main() {
	model.NameValidationScheme = model.UTF8Validation
	var wrong []string
	if _, err := config.LoadFile(os.Args[1], false, promslog.NewNopLogger()); err != nil {
		wrong = append(wrong, fmt.Sprintf("%s: %v", os.Args[1], err))
	}
	text, err := os.ReadFile(os.Args[2])
	var tests suite
	if err == nil {
		err = yaml.UnmarshalStrict(text, &tests)
	}
	if err != nil {
		fmt.Printf("%s: %v\n", os.Args[2], err)
		os.Exit(1)
	}
	for at, file := range tests.RuleFiles {
		tests.RuleFiles[at] = filepath.Join(filepath.Dir(os.Args[2]), file)
	}
	wrong = append(wrong, untested(tests)...)
	for _, one := range tests.Tests {
		for _, problem := range play(one, tests) {
			wrong = append(wrong, fmt.Sprintf("%s: %s", one.Name, problem))
		}
	}
	if len(wrong) > 0 {
		fmt.Println(strings.Join(wrong, "\n"))
		os.Exit(1)
	}
}

func manager(loader *promqltest.LazyLoader) *rules.Manager {
	return rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  rules.EngineQueryFunc(loader.QueryEngine(), loader.Storage()),
		Appendable: loader.Storage(),
		Context:    context.Background(),
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Logger:     slog.New(slog.DiscardHandler),
	})
}

// Every look, at the last evaluation up to its time.
func play(tests group, of suite) (problems []string) {
	load := []string{"load " + tests.Interval.String()}
	for _, series := range tests.Series {
		load = append(load, "  "+series.Series+" "+series.Values)
	}
	opts := promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true}
	loader, err := promqltest.NewLazyLoader(strings.Join(load, "\n"), opts)
	if err != nil {
		return []string{err.Error()}
	}
	defer loader.Close()
	groups, errs := manager(loader).LoadGroups(time.Duration(of.Interval), labels.EmptyLabels(), "", nil, false, of.RuleFiles...)
	if len(errs) > 0 {
		return []string{errs[0].Error()}
	}
	sort.SliceStable(tests.Looks, func(a, b int) bool { return tests.Looks[a].At < tests.Looks[b].At })
	start := time.Unix(0, 0).UTC()
	now := start
	for _, look := range tests.Looks {
		for ; !now.After(start.Add(time.Duration(look.At))); now = now.Add(time.Duration(of.Interval)) {
			loader.WithSamplesTill(now, func(err error) {
				if err != nil {
					problems = append(problems, err.Error())
				}
			})
			for _, group := range groups {
				group.Eval(loader.Context(), now)
				for _, rule := range group.Rules() {
					if rule.LastError() != nil {
						problems = append(problems, fmt.Sprintf("%s at %v: %v", rule.Name(), look.At, rule.LastError()))
					}
				}
			}
		}
		var expected []string
		for _, one := range look.Expected {
			one.Labels[labels.AlertName] = look.Alert
			expected = append(expected, labels.FromMap(one.Labels).String()+" "+labels.FromMap(one.Annotations).String())
		}
		sort.Strings(expected)
		if got := firing(groups, look.Alert); strings.Join(got, "\n") != strings.Join(expected, "\n") {
			problems = append(problems, fmt.Sprintf("%s at %v\n  expected %v\n  got      %v", look.Alert, look.At, expected, got))
		}
	}
	return problems
}

func firing(groups map[string]*rules.Group, alert string) (found []string) {
	for _, group := range groups {
		for _, rule := range group.AlertingRules() {
			for _, one := range rule.ActiveAlerts() {
				if rule.Name() == alert && one.State == rules.StateFiring {
					found = append(found, one.Labels.String()+" "+one.Annotations.String())
				}
			}
		}
	}
	sort.Strings(found)
	return found
}

// Alerts that wake somebody, and are not seen both to fire and not to.
func untested(tests suite) (problems []string) {
	fires, silent := map[string]bool{}, map[string]bool{}
	for _, one := range tests.Tests {
		for _, look := range one.Looks {
			fires[look.Alert] = fires[look.Alert] || len(look.Expected) > 0
			silent[look.Alert] = silent[look.Alert] || len(look.Expected) == 0
		}
	}
	loader, err := promqltest.NewLazyLoader("load 1m", promqltest.LazyLoaderOpts{})
	if err != nil {
		return []string{err.Error()}
	}
	defer loader.Close()
	groups, errs := manager(loader).LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, tests.RuleFiles...)
	if len(errs) > 0 {
		return []string{errs[0].Error()}
	}
	for _, group := range groups {
		for _, rule := range group.AlertingRules() {
			name := rule.Name()
			if rule.Labels().Get("severity") == "page" && !(fires[name] && silent[name]) {
				problems = append(problems, name+" has to be seen to fire in a test, and not to")
			}
		}
	}
	return problems
}
