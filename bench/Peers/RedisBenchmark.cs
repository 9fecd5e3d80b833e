using System.Diagnostics;
using System.Globalization;
using Replication.Bench.Load;

namespace Replication.Bench.Peers;

/// <summary>Redis' own load generator.</summary>
internal sealed class RedisBenchmark(int port, string test, int connections, int pipeline, int keys)
{
    private const int FirstOperations = 50_000;

    private double _rate;

    public override string ToString() => $"redis-benchmark -t {test} -c {connections} -P {pipeline}";

    /// <summary>Runs about so long: it takes a number of operations, which the run before tells.</summary>
    public async Task<LoadResult> RunAsync(TimeSpan duration, CancellationToken cancellation)
    {
        if (_rate == 0) _rate = (await RunAsync(FirstOperations, cancellation)).Rate;
        var result = await RunAsync((long)Math.Max(FirstOperations, _rate * duration.TotalSeconds), cancellation);
        _rate = result.Rate;
        return result;
    }

    private async Task<LoadResult> RunAsync(long operations, CancellationToken cancellation)
    {
        FormattableString arguments = $"-h 127.0.0.1 -p {port} -t {test} -n {operations} -r {keys} -d {Dataset.ValueBytes} -c {connections} -P {pipeline} --csv";
        using var process = Process.Start(new ProcessStartInfo("redis-benchmark", FormattableString.Invariant(arguments)) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        // "test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"
        var row = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Split(',').Select(field => field.Trim('"')).ToArray();
        var rate = Parse(row[1]);
        return new LoadResult(operations, operations / rate, Parse(row[4]) * 1000, Parse(row[6]) * 1000);
    }

    private static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
