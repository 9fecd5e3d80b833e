using Replication.Core.Indexes;
using Replication.Core.Records;
using Replication.Protos.V1;
using CoreValue = Replication.Core.Indexes.IndexValue;
using IndexValue = Replication.Protos.V1.IndexValue;

namespace Replication.Wire;

/// <summary>Queries and indexes in messages.</summary>
public static class IndexMap
{
    /// <summary>What a query asks for.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: a value has no kind that this version knows, or the bounds do not go together.</exception>
    public static IndexBounds ToBounds(this QueryRequest request)
    {
        var asked = new IndexRequest
        {
            EqualTo = ToValue(request.EqualTo),
            From = ToValue(request.From),
            IsFromExclusive = request.FromExclusive,
            To = ToValue(request.To),
            IsToInclusive = request.ToInclusive,
            Prefix = request.HasPrefix ? request.Prefix : null,
        };
        return IndexBounds.TryCreate(asked, out var bounds) is { } violation
            ? throw Errors.Failure(Error.Types.Code.InvalidArgument, $"The query is not accepted: {violation}.")
            : bounds!;
    }

    /// <summary>An index as nodes list it.</summary>
    public static Protos.V1.Index ToMessage(this SecondaryIndex index, Core.Records.Collection collection) => new()
    {
        Collection = collection.Name,
        Name = index.Name,
        Path = index.Definition.Path.Text,
        Unique = index.Definition.IsUnique,
        Phase = (Protos.V1.Index.Types.Phase)index.State.Phase,
        Entries = (ulong)index.EntryCount,
        Covered = (ulong)index.Covered,
        Records = (ulong)collection.Count,
        Failure = index.State.Failure,
    };

    /// <summary>The index that a query names, when it can be queried.</summary>
    /// <exception cref="Grpc.Core.RpcException">There is none, or it is not ready.</exception>
    public static SecondaryIndex ReadyIndex(this Core.Records.Collection collection, string name, DatabaseState state)
    {
        var shown = name.Length <= 80 ? name : name[..80];
        if (collection.FindIndex(name) is not { } index)
            throw Errors.Failure(Error.Types.Code.UnknownIndex, $"Collection '{collection.Name}' has no index '{shown}' at {state.Position}. Create it first.");
        return index.State.Phase switch
        {
            IndexPhase.Ready => index,
            IndexPhase.Building => throw Errors.Failure(
                Error.Types.Code.IndexBuilding, $"Index '{shown}' is being built: it has come by {index.Covered} of {collection.Count} records. Ask again after a moment."),
            _ => throw Errors.Failure(Error.Types.Code.IndexFailed, $"Index '{shown}' could not be built: {index.State.Failure}"),
        };
    }

    private static CoreValue? ToValue(IndexValue? message) => message?.ValueCase switch
    {
        null => null,
        IndexValue.ValueOneofCase.Text => CoreValue.Of(message.Text),
        IndexValue.ValueOneofCase.Number => CoreValue.Number(message.Number),
        IndexValue.ValueOneofCase.Boolean => CoreValue.Of(message.Boolean),
        IndexValue.ValueOneofCase.Null => CoreValue.Null,
        _ => throw Errors.Failure(Error.Types.Code.InvalidArgument, "A value in the query has no kind that this version knows."),
    };
}
