using Google.Protobuf;
using Replication.Cli.Commands;
using Replication.Client;
using Replication.Protos.V1;

namespace Replication.Cli.Scrubbing;

/// <summary>One node's part in a scrub: what it holds at the position, or why it takes no part.</summary>
internal sealed class ScrubNode(ReplicationClient client)
{
    internal ReplicationClient Client => client;

    internal NodeStatus? Status { get; private set; }

    /// <summary>Why it takes no part; null when it does.</summary>
    internal ReplicationException? Failure { get; private set; }

    /// <summary>What the log says at the position, and the digests of the node's ranges; null while it has not answered.</summary>
    internal RangeDigestsResponse? Answer { get; private set; }

    internal string Server => ServerAddress.Show(client.Address);

    internal bool IsPrimary => Status?.Role == "primary";

    internal bool TakesPart => Failure is null && Answer is not null;

    /// <summary>It went on before it was asked, so that the scrub has to begin anew.</summary>
    internal bool HasMovedOn => Failure?.Code == ReplicationErrorCode.NotFound;

    /// <summary>Whether its records, read anew, are what the log says.</summary>
    internal bool IsSound => TakesPart && RangeSums.Total(Answer!.Digests.Span).ToString("x32", System.Globalization.CultureInfo.InvariantCulture) == Answer.LoggedDigest;

    internal async Task AskStatusAsync(CancellationToken cancellation) => Status = await TryAsync(node => node.StatusAsync(cancellation));

    internal async Task BeginAsync(ulong scrub, ulong from, CancellationToken cancellation) =>
        await TryAsync(async node => (object)await node.BeginScrubAsync(scrub, from, cancellation));

    internal async Task AskRangesAsync(ulong scrub, LogPosition at, TimeSpan wait, CancellationToken cancellation) =>
        Answer = await TryAsync(node => node.RangeDigestsAsync(scrub, at, wait, cancellation: cancellation));

    /// <summary>The digests of the leaves of some ranges, 16 bytes each; empty when it failed.</summary>
    internal async Task<ByteString> LeavesAsync(ulong scrub, LogPosition at, IReadOnlyList<int> ranges, CancellationToken cancellation) =>
        (await TryAsync(node => node.RangeDigestsAsync(scrub, at, TimeSpan.Zero, ranges, cancellation)))?.Digests ?? ByteString.Empty;

    internal async Task EndAsync(ulong scrub) => await NodeAnswers.AskAsync(client, async node =>
    {
        await node.EndScrubAsync(scrub, CancellationToken.None);
        return node;
    });

    internal void Fail(ReplicationException failure) => Failure ??= failure;

    private async Task<T?> TryAsync<T>(Func<ReplicationClient, Task<T>> question)
        where T : class
    {
        if (Failure is not null) return null;
        var answer = await NodeAnswers.AskAsync(client, question);
        Failure = answer.Failure;
        return answer.Value;
    }
}
