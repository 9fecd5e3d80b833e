using Replication.Core.Bootstrapping;

namespace Replication.Core.Following;

/// <summary>What a replica has learned of its upstream since its role began. Moments are times on its own monotonic clock.</summary>
/// <param name="Address">Where the upstream is.</param>
/// <param name="Connected">Whether a session is open.</param>
/// <param name="LastContact">When it was heard of last; when the role began if it never was.</param>
/// <param name="CommitIndex">The last one it announced.</param>
/// <param name="UpstreamIndex">The highest index that it is known to have; null until it said so.</param>
/// <param name="Applied">Highest index that readers here see.</param>
/// <param name="Age">How old the data shown here may be; <see cref="UnknownAge"/> or more when that is not known.</param>
/// <param name="LastError">Why the last session ended; empty when none has.</param>
/// <param name="Transfer">How far a bootstrap under way has come; none otherwise.</param>
/// <param name="TransferTimeLeft">For how long it will go on; null when that cannot be told.</param>
public readonly record struct UpstreamFacts(
    string Address,
    bool Connected,
    TimeSpan LastContact,
    long CommitIndex,
    long? UpstreamIndex,
    long Applied,
    TimeSpan Age,
    string LastError,
    TransferProgress Transfer,
    TimeSpan? TransferTimeLeft)
{
    /// <summary>
    /// An age that is not known counts as this, some 49 days: the most that the stream can say, and more than any limit.
    /// Not knowing makes data look old, never young.
    /// </summary>
    public static readonly TimeSpan UnknownAge = TimeSpan.FromMilliseconds(uint.MaxValue);

    /// <summary>Bytes of log up to what the upstream is known to have, that came and are not shown or did not come; null while not known.</summary>
    public long? BytesMissing { get; init; }

    /// <summary>The upstream as status shows it at a moment.</summary>
    public UpstreamStatus At(TimeSpan now)
    {
        long? entries = UpstreamIndex is { } index ? Math.Max(0, Math.Max(index, CommitIndex) - Applied) : null;
        return new UpstreamStatus(
            Address,
            Connected,
            (long)Math.Max(0, (now - LastContact).TotalMilliseconds),
            CommitIndex,
            entries,
            Age < UnknownAge ? (long)Math.Max(0, Age.TotalMilliseconds) : null,
            LastError,
            Transfer.Bytes,
            Transfer.TotalBytes)
        {
            BootstrapMillisLeft = (long?)TransferTimeLeft?.TotalMilliseconds,
            // In nothing there are no bytes, and of what is not known no size is known.
            LagBytes = entries > 0 ? BytesMissing : entries,
        };
    }
}
