using Replication.Core.Positions;
using Replication.Kit.Checks;

namespace Replication.ProcessKit.Recording;

/// <summary>One record that a client was shown.</summary>
/// <param name="Reader">Who, and on which node.</param>
/// <param name="Least">The index that the answer has to reach: of what the session saw before, or what anybody was told before on the primary.</param>
/// <param name="At">The position that the answer claims.</param>
/// <param name="Collection">The collection asked.</param>
/// <param name="Key">The key asked for.</param>
/// <param name="Value">Null when there was none.</param>
public sealed record RecordedRead(string Reader, long Least, LogPosition At, string Collection, string Key, byte[]? Value)
{
    public void CheckAgainst(History history)
    {
        if (At.Index < Least) throw new ViolationException("sessions never go back", $"{Reader} was shown {At} although {Least} was known before");
        history.Read(Reader, At, Collection, Key, Value, Value is not null);
    }
}

/// <summary>All records of a collection that a client was shown at one position.</summary>
/// <param name="Reader">Who, and on which node.</param>
/// <param name="At">The position that the answer claims.</param>
/// <param name="Collection">The collection asked.</param>
/// <param name="Records">Keys, values, and the entries that wrote them.</param>
public sealed record RecordedScan(string Reader, LogPosition At, string Collection, IReadOnlyList<(string Key, ReadOnlyMemory<byte> Value, long Written)> Records)
{
    public void CheckAgainst(History history) => history.Scanned(Reader, At, Collection, Records);
}
