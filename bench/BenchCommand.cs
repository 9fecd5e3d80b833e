using System.CommandLine;
using System.ComponentModel;
using Replication.Bench.Families;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench;

/// <summary>The command line: which families to measure, for how long, and how to print them.</summary>
internal static class BenchCommand
{
    private const int DefaultRecords = 1_000_000;
    private const int FullRecords = 2_400_000;

    private static readonly IReadOnlyList<IFamily> Families =
        [new NetworkCommits(), new EmbeddedCommits(), new NetworkReads(), new EmbeddedReads(), new Bootstrap(), new Storage(), new Lag(), new FanOut(), new CatchUp(), new InterruptedBootstrap()];

    public static RootCommand Create()
    {
        var only = new Option<string[]>("--only") { Description = "Measure these families only; see --list.", AllowMultipleArgumentsPerToken = true };
        var list = new Option<bool>("--list") { Description = "List the families and end." };
        var json = new Option<bool>("--json") { Description = "Print an array of rows as JSON." };
        var seconds = new Option<double>("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 5 };
        var warm = new Option<double>("--warm") { Description = "Length of the warm-up before a measurement's first round.", DefaultValueFactory = _ => 6 };
        var rounds = new Option<int>("--rounds") { Description = "Measurements of each side, in alternating order; the median counts.", DefaultValueFactory = _ => 3 };
        var callers = new Option<int[]>("--callers") { Description = "Concurrent callers of the commit rows.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 64, 1024] };
        var records = new Option<int>("--records") { Description = "Records of the rows about data at rest, and range of the keys.", DefaultValueFactory = _ => DefaultRecords };
        var full = new Option<bool>("--full") { Description = $"{FullRecords} records." };
        var noPeers = new Option<bool>("--no-peers") { Description = "Measure ours only; for profiling." };
        var command = new RootCommand("Measures this system beside its peers, in one run on one machine.") { only, list, json, seconds, warm, rounds, callers, records, full, noPeers };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(list)) return ShowFamilies();
            var names = parsed.GetValue(only) ?? [];
            if (names.FirstOrDefault(name => Families.All(family => family.Name != name)) is { } unknown)
            {
                await Console.Error.WriteLineAsync($"There is no family '{unknown}'. bench/run --list names them.");
                return 2;
            }
            var settings = new Settings(
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                TimeSpan.FromSeconds(parsed.GetValue(warm)),
                Math.Max(1, parsed.GetValue(rounds)),
                parsed.GetValue(callers)!,
                parsed.GetValue(full) ? FullRecords : parsed.GetValue(records),
                !parsed.GetValue(noPeers));
            return await RunAsync([.. Families.Where(family => names.Length == 0 ? family is not InterruptedBootstrap : names.Contains(family.Name))], settings, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static int ShowFamilies()
    {
        foreach (var family in Families) Console.WriteLine($"{family.Name,-18} {family.About}");
        return 0;
    }

    private static async Task<int> RunAsync(IReadOnlyList<IFamily> families, Settings settings, bool json, CancellationToken cancellation)
    {
        var report = new Report();
        using var workspace = new Workspace();
        try
        {
            foreach (var family in families)
            {
                Report.Progress($"{family.Name}: {family.About}");
                await family.RunAsync(settings, workspace, report, cancellation);
            }
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or ReplicationException or Win32Exception or TimeoutException or OperationCanceledException)
        {
            // What was measured before is still worth reading.
            Report.Progress($"bench: {(cancellation.IsCancellationRequested ? "interrupted." : failure.Message)}");
            Console.WriteLine(json ? report.ToJson() : report.ToTable());
            return 1;
        }
        Console.WriteLine(json ? report.ToJson() : report.ToTable());
        return 0;
    }
}
