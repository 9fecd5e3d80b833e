using System.Diagnostics;
using Replication.Bench.Load;
using Replication.Client;

namespace Replication.Bench.Ours;

/// <summary>One write after the other: from its answer on the primary until a read of a replica shows it.</summary>
internal static class LagProbe
{
    private const string Key = "probe";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<LatencyHistogram> RunAsync(Node primary, Node replica, TimeSpan duration, CancellationToken cancellation)
    {
        var histogram = new LatencyHistogram();
        var random = new Random(7);
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < duration;)
        {
            var written = await primary.Client.PutAsync(Dataset.Collection, Key, Dataset.Value(random), cancellation: cancellation);
            var answered = Stopwatch.GetTimestamp();
            var read = await replica.Client.GetAsync(Dataset.Collection, Key, new ReadOptions { AtLeast = written, Wait = Patience }, cancellation);
            histogram.Record(answered, Stopwatch.GetTimestamp());
            if (read.Written.Index < written.Index) throw new InvalidOperationException($"The replica showed an older version than {written}.");
        }
        return histogram;
    }
}
