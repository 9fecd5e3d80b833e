using System.Collections;
using Google.Protobuf;
using Replication.Client;
using Replication.Core.Scrubbing;
using Replication.Protos.V1;

namespace Replication.Cli.Scrubbing;

/// <summary>
/// Compares what nodes hold at one position while writes go on: every node keeps its data as it is behind a digest that
/// the primary logs for this; their digests of ranges of names are compared, then of the leaves of ranges that differ, then
/// the records of leaves that differ. docs/PROTOCOL.md, "Scrub".
/// </summary>
/// <param name="clients">The nodes, the primary among them.</param>
/// <param name="number">Random, of this scrub.</param>
/// <param name="wait">How long a node may take to reach the position.</param>
internal sealed class Scrub(IReadOnlyList<ReplicationClient> clients, ulong number, TimeSpan wait)
{
    /// <summary>How often it is begun anew when nodes move on while others are asked.</summary>
    private const int MaxRounds = 5;

    /// <summary>Ranges whose leaves are asked for at once.</summary>
    private const int RangesAtOnce = 64;

    /// <summary>Records of the reference that are held here at once, about.</summary>
    private const long RecordsAtOnce = 200_000;

    internal async Task<ScrubResult> RunAsync(CancellationToken cancellation)
    {
        ScrubNode[] nodes = [];
        try
        {
            for (var round = 1; ; round++)
            {
                nodes = [.. clients.Select(client => new ScrubNode(client))];
                var (position, primary) = await KeepAsync(nodes, cancellation);
                await Task.WhenAll(nodes.Select(node => node.AskRangesAsync(number, position, wait, cancellation)));
                if (round < MaxRounds && nodes.Any(node => node.HasMovedOn)) continue;
                return await CompareAsync(position, primary, nodes, cancellation);
            }
        }
        finally
        {
            await Task.WhenAll(nodes.Where(node => node.Status is not null).Select(node => node.EndAsync(number)));
        }
    }

    // The primary first: its digest is behind whatever it shows now, so that nobody has to keep anything from before that.
    private async Task<(LogPosition Position, ScrubNode Primary)> KeepAsync(ScrubNode[] nodes, CancellationToken cancellation)
    {
        await Task.WhenAll(nodes.Select(node => node.AskStatusAsync(cancellation)));
        if (nodes.All(node => node.Failure is not null)) throw nodes[0].Failure!;
        var primary = nodes.FirstOrDefault(node => node.IsPrimary) ?? throw CommandException.Negative(NoPrimary(nodes));
        var from = await primary.Client.BeginScrubAsync(number, 0, cancellation);
        await Task.WhenAll(nodes.Where(node => node != primary).Select(node => node.BeginAsync(number, from.Index, cancellation)));
        return (await primary.Client.LogDigestAsync(cancellation), primary);
    }

    private static string NoPrimary(ScrubNode[] nodes)
    {
        var known = nodes.Select(node => node.Status?.Primary).FirstOrDefault(address => !string.IsNullOrEmpty(address));
        return $"No node that answered is the primary, which has to log a digest for a scrub. Name it as well{(known is null ? string.Empty : $": {known}")}.";
    }

    private async Task<ScrubResult> CompareAsync(LogPosition position, ScrubNode primary, ScrubNode[] nodes, CancellationToken cancellation)
    {
        var list = new DifferenceList();
        foreach (var stranger in nodes.Where(node => node.TakesPart && primary.TakesPart && node.Answer!.Crc != primary.Answer!.Crc))
            stranger.Fail(new ReplicationException(ReplicationErrorCode.OtherHistory, $"It has another entry at {position} than the primary."));
        var reference = primary.IsSound ? primary : Array.Find(nodes, node => node.IsSound);
        var suspects = nodes.Where(node => node.TakesPart && !node.IsSound).ToArray();
        if (reference is not null && suspects.Length > 0)
            foreach (var group in await GroupsAsync(position, reference, suspects, cancellation))
                await ListAsync(position, reference, suspects, group, list, cancellation);
        return new ScrubResult(position, nodes, reference, list.Kept, list.Count);
    }

    // Leaves that differ, in groups whose records can be held here.
    private async Task<IEnumerable<int[]>> GroupsAsync(LogPosition position, ScrubNode reference, ScrubNode[] suspects, CancellationToken cancellation)
    {
        var ranges = suspects
            .SelectMany(node => RangeSums.Different(reference.Answer!.Digests.Memory, node.Answer!.Digests.Memory, NameRange.Ranges))
            .Distinct().Order().ToArray();
        var leaves = new List<int>();
        foreach (var asked in ranges.Chunk(RangesAtOnce))
        {
            var expected = (await reference.LeavesAsync(number, position, asked, cancellation)).Memory;
            ThrowIfFailed(reference);
            var answers = await Task.WhenAll(suspects.Select(node => node.LeavesAsync(number, position, asked, cancellation)));
            leaves.AddRange(answers
                .SelectMany(answer => RangeSums.Different(expected, answer.Memory, asked.Length * NameRange.LeavesOfRange))
                .Distinct().Order()
                .Select(leaf => (asked[leaf / NameRange.LeavesOfRange] * NameRange.LeavesOfRange) + (leaf % NameRange.LeavesOfRange)));
        }
        var atOnce = RecordsAtOnce * NameRange.Leaves / (long)Math.Max(1, reference.Answer!.Records);
        return leaves.Chunk((int)Math.Clamp(atOnce, 1, NameRange.Leaves));
    }

    private async Task ListAsync(LogPosition position, ScrubNode reference, ScrubNode[] suspects, int[] leaves, DifferenceList list, CancellationToken cancellation)
    {
        var wanted = new byte[NameRange.Leaves / 8];
        var bits = new BitArray(NameRange.Leaves);
        foreach (var leaf in leaves) bits[leaf] = true;
        bits.CopyTo(wanted, 0);
        var expected = new Dictionary<(string Collection, ByteString Key), RangeRecord>();
        await foreach (var record in reference.Client.RangeRecordsAsync(number, position, wanted, cancellation)) expected[(record.Collection, record.Key)] = record;
        foreach (var suspect in suspects.Where(node => node.TakesPart))
        {
            try
            {
                await list.CompareAsync(suspect.Server, expected, suspect.Client.RangeRecordsAsync(number, position, wanted, cancellation));
            }
            catch (ReplicationException failure)
            {
                suspect.Fail(failure);
            }
        }
    }

    private static void ThrowIfFailed(ScrubNode node)
    {
        if (node.Failure is { } failure) throw failure;
    }
}
