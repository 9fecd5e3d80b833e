using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.Running;
using Replication.Simulation.Tests.World;

// Long runs: dotnet run -c Release --project tests/Simulation -- --seeds 1-10000
var seeds = new Option<string>("--seeds") { Description = "A seed, or a range of seeds as 1-10000.", DefaultValueFactory = _ => "1-1000" };
var story = new Option<bool>("--story") { Description = "Tell what happened in the last seed, whether it failed or not." };
var shrink = new Option<bool>("--shrink") { Description = "Make the first failure as small as it gets before telling it.", DefaultValueFactory = _ => true };
var first = new Option<bool>("--first") { Description = "End when a seed has failed." };
var lines = new Option<int>("--lines") { Description = "Lines of the story.", DefaultValueFactory = _ => 80 };
var command = new RootCommand("Runs whole clusters in virtual time, one for each seed, and holds them to their promises.") { seeds, story, shrink, first, lines };
command.SetAction(parsed =>
{
    var (from, to) = Range(parsed.GetValue(seeds)!);
    var watch = Stopwatch.StartNew();
    var summary = SeedRunner.Run(Sequence(from, to), failure => Console.WriteLine($"seed {failure.Plan.Seed}: {failure.Violation!.Message}"), parsed.GetValue(first));
    foreach (var line in summary.Lines(watch.Elapsed)) Console.WriteLine(line);
    if (summary.Failures is [var failed, ..]) Tell(parsed.GetValue(shrink) ? Shrinker.Shrink(failed) : failed, parsed.GetValue(lines));
    else if (parsed.GetValue(story)) Tell(SeedRunner.Run(SimulationPlan.Of(to)), parsed.GetValue(lines));
    return summary.Failures.Count == 0 ? 0 : 1;
});
return command.Parse(args).Invoke();

static (ulong First, ulong Last) Range(string text)
{
    var parts = text.Split('-', 2);
    var first = ulong.Parse(parts[0], CultureInfo.InvariantCulture);
    return (first, parts.Length == 2 ? ulong.Parse(parts[1], CultureInfo.InvariantCulture) : first);
}

static IEnumerable<ulong> Sequence(ulong first, ulong last)
{
    for (var seed = first; seed <= last; seed++) yield return seed;
}

static void Tell(SimulationResult result, int lines)
{
    var plan = result.Plan;
    Console.WriteLine($"\nseed {plan.Seed}, trace {result.Trace.Hash:x16}: {plan.Upstreams.Length} replicas following {string.Join(' ', plan.Upstreams)}, {plan.Writers} writers, {plan.SafetyPhase.TotalSeconds} s, faults: {string.Join(' ', plan.Faults)}");
    foreach (var line in result.Trace.Story(lines)) Console.WriteLine(line);
    Console.WriteLine(result.Violation?.ToString() ?? "every promise was kept");
}
