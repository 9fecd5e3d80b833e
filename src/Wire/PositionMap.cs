using Replication.Core.Positions;
using Replication.Protos.V1;

namespace Replication.Wire;

/// <summary>Positions in messages.</summary>
public static class PositionMap
{
    /// <summary>As a message.</summary>
    public static Position ToMessage(this LogPosition position) => new() { Epoch = position.Epoch.Number, Index = (ulong)position.Index };

    /// <summary>From a message; an absent one is <see cref="LogPosition.Start"/>.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: the index is beyond what can be one.</exception>
    public static LogPosition ToPosition(this Position? message) =>
        message is null ? LogPosition.Start : new LogPosition(new Epoch(message.Epoch), ToIndex(message.Index));

    /// <summary>An index from a message.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it is beyond what can be one.</exception>
    public static long ToIndex(ulong index) => index <= long.MaxValue
        ? (long)index
        : throw Errors.Failure(Error.Types.Code.InvalidArgument, $"{index} is no index; an index is at most {long.MaxValue}.");

    /// <summary>A history id from a message; empty is none.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it has another length.</exception>
    public static HistoryId ToHistory(Google.Protobuf.ByteString bytes) => bytes.Length switch
    {
        0 => HistoryId.None,
        HistoryId.Size => HistoryId.Read(bytes.Span),
        _ => throw Errors.Failure(Error.Types.Code.InvalidArgument, $"A history id has {HistoryId.Size} bytes, not {bytes.Length}."),
    };

    /// <summary>A history id for a message.</summary>
    public static Google.Protobuf.ByteString ToBytes(this HistoryId history) =>
        history == HistoryId.None ? Google.Protobuf.ByteString.Empty : Google.Protobuf.UnsafeByteOperations.UnsafeWrap(history.ToArray());
}
