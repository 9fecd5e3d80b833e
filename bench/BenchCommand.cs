using System.CommandLine;
using System.CommandLine.Parsing;
using System.ComponentModel;
using System.Globalization;
using Replication.Bench.Families;
using Replication.Bench.Processes;
using Replication.Bench.Reporting;
using Replication.Client;

namespace Replication.Bench;

/// <summary>The command line: which families to measure, for how long, and how to print them.</summary>
internal static class BenchCommand
{
    /// <summary>The command of <see cref="TickerProcess"/>.</summary>
    public const string Ticker = "ticker";

    private const int DefaultRecords = 1_000_000;
    private const int FullRecords = 2_400_000;

    private static readonly IReadOnlyList<IFamily> Families =
    [
        new NetworkCommits(), new EmbeddedCommits(), new EmbeddedBatched(), new NetworkReads(), new EmbeddedReads(), new Bootstrap(), new Storage(),
        new Pauses(), new Allocations(), new Lag(), new FanOut(), new CatchUp(), new InterruptedBootstrap(),
    ];

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
        var sizes = new Option<int[]>("--sizes") { Description = "Measure the families that grow (see --list) once with each of these numbers of records.", AllowMultipleArgumentsPerToken = true, CustomParser = ReadNumbers };
        var full = new Option<bool>("--full") { Description = $"{FullRecords} records." };
        var noPeers = new Option<bool>("--no-peers") { Description = "Measure ours only; for profiling." };
        var command = new RootCommand("Measures this system beside its peers, in one run on one machine.") { only, list, json, seconds, warm, rounds, callers, records, sizes, full, noPeers };
        var ticker = new Command(Ticker, "For the family pauses: says how late a thread comes.") { Hidden = true };
        ticker.SetAction((_, cancellation) => TickerProcess.ServeAsync(cancellation));
        command.Add(ticker);
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(list)) return ShowFamilies();
            var names = parsed.GetValue(only) ?? [];
            if (names.FirstOrDefault(name => Families.All(family => family.Name != name)) is { } unknown)
            {
                await Console.Error.WriteLineAsync($"There is no family '{unknown}'. bench/run --list names them.");
                return 2;
            }
            var grown = parsed.GetValue(sizes) ?? [];
            if (grown.Length > 0 && names.FirstOrDefault(name => Families.Any(family => family.Name == name && !family.Grows)) is { } fixedSize)
            {
                await Console.Error.WriteLineAsync($"The family '{fixedSize}' has no rows by size. bench/run --list marks those that have; leave --sizes away for the others.");
                return 2;
            }
            var settings = new Settings(
                TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                TimeSpan.FromSeconds(parsed.GetValue(warm)),
                Math.Max(1, parsed.GetValue(rounds)),
                parsed.GetValue(callers)!,
                parsed.GetValue(full) ? FullRecords : parsed.GetValue(records),
                !parsed.GetValue(noPeers));
            var chosen = Families.Where(family => names.Length > 0 ? names.Contains(family.Name) : grown.Length > 0 ? family.Grows : family is not InterruptedBootstrap);
            return await RunAsync([.. chosen], settings, grown, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static int ShowFamilies()
    {
        foreach (var family in Families) Console.WriteLine($"{family.Name,-22} {family.About}{(family.Grows ? "; by --sizes" : "")}");
        return 0;
    }

    // Separated by commas or by spaces.
    private static int[]? ReadNumbers(ArgumentResult result)
    {
        var numbers = new List<int>();
        foreach (var part in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (int.TryParse(part, CultureInfo.InvariantCulture, out var number) && number > 0)
            {
                numbers.Add(number);
                continue;
            }
            result.AddError($"'{part}' is no number of records.");
            return null;
        }
        return [.. numbers];
    }

    private static async Task<int> RunAsync(IReadOnlyList<IFamily> families, Settings settings, int[] sizes, bool json, CancellationToken cancellation)
    {
        var report = new Report();
        try
        {
            foreach (var family in families)
            {
                Report.Progress($"{family.Name}: {family.About}");
                if (sizes.Length == 0) await MeasureAsync(family, settings, report, cancellation);
                foreach (var size in sizes) await MeasureAsync(family, settings.AtSize(size), report.AtSize(size), cancellation);
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

    // Each with files of its own that are gone afterwards: ten million records take gigabytes.
    private static async Task MeasureAsync(IFamily family, Settings settings, Report report, CancellationToken cancellation)
    {
        using var workspace = new Workspace();
        await family.RunAsync(settings, workspace, report, cancellation);
    }
}
