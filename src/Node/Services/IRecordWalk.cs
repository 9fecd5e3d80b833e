using Google.Protobuf;
using Replication.Core.Records;

namespace Replication.Node.Services;

/// <summary>Records of one view, one after the other, as long as the view is open.</summary>
internal interface IRecordWalk
{
    /// <summary>The record that the last move came to.</summary>
    Record Current { get; }

    /// <summary>Names the place behind <see cref="Current"/>.</summary>
    ByteString Continuation { get; }

    /// <summary>Moves to the next record; false at the end.</summary>
    bool MoveNext();
}
