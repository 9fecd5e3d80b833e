using System.Text.Json;
using Google.Protobuf;
using Replication.Protos.V1;

namespace Replication.Client.Tests.Fake;

/// <summary>Collections in memory, with the rules that a test of a client needs.</summary>
internal sealed class FakeRecords
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, FakeCollection> _collections = new(StringComparer.Ordinal);
    private readonly Dictionary<ByteString, ulong> _requests = [];
    private ulong _index = 1;

    public Position Position
    {
        get
        {
            lock (_gate) return At(_index);
        }
    }

    public static Position At(ulong index) => new() { Epoch = 1, Index = index };

    /// <summary>The answer to a commit; throws for what a node refuses.</summary>
    public CommitResponse Commit(CommitRequest request)
    {
        lock (_gate)
        {
            if (_requests.TryGetValue(request.RequestId, out var known)) return new CommitResponse { Committed = new Committed { Position = At(known) } };
            for (var i = 0; i < request.Operations.Count; i++)
                if (Rejection(request.Operations[i], (uint)i) is { } rejection)
                    return new CommitResponse { Rejected = rejection };
            for (var i = 0; i < request.Operations.Count; i++)
                if (Refusal(request.Operations[i], (uint)i) is { } refusal)
                    throw FakeNode.Failure(refusal, Grpc.Core.StatusCode.InvalidArgument);
            _index++;
            foreach (var operation in request.Operations) Apply(operation);
            if (!request.RequestId.IsEmpty) _requests[request.RequestId] = _index;
            return new CommitResponse { Committed = new Committed { Position = At(_index) } };
        }
    }

    public FakeCollection Collection(string name)
    {
        lock (_gate)
        {
            return _collections.TryGetValue(name, out var collection)
                ? collection
                : throw FakeNode.Failure(
                    new Error { Code = Error.Types.Code.UnknownCollection, Message = $"There is no collection '{name}'. The first put creates one." }, Grpc.Core.StatusCode.NotFound);
        }
    }

    public Collection[] List()
    {
        lock (_gate) return [.. _collections.Select(static pair => new Collection { Name = pair.Key, Kind = pair.Value.Kind, Records = (ulong)pair.Value.Records.Count })];
    }

    /// <summary>A picture of a collection's records, in key order.</summary>
    public Protos.V1.Record[] Scan(string name)
    {
        var collection = Collection(name);
        lock (_gate) return [.. collection.Records.Select(static pair => new Protos.V1.Record { Key = ByteString.CopyFromUtf8(pair.Key), Value = pair.Value.Value, Written = At(pair.Value.Index) })];
    }

    public (ByteString Value, ulong Index)? Find(string name, ByteString key)
    {
        var collection = Collection(name);
        lock (_gate) return collection.Records.TryGetValue(key.ToStringUtf8(), out var record) ? record : null;
    }

    private Error? Rejection(Operation operation, uint position)
    {
        if (operation.Precondition is not { } condition) return null;
        var (name, key) = NameOf(operation);
        (ByteString Value, ulong Index)? record = _collections.TryGetValue(name, out var collection) && collection.Records.TryGetValue(key, out var found) ? found : null;
        var holds = condition.ConditionCase switch
        {
            Precondition.ConditionOneofCase.Absent => record is null,
            Precondition.ConditionOneofCase.Present => record is not null,
            Precondition.ConditionOneofCase.UnchangedSince => record?.Index <= condition.UnchangedSince.Index,
            _ => true,
        };
        return holds ? null : new Error { Code = Error.Types.Code.PreconditionFailed, Message = "The condition does not hold.", Operation = position, HasOperation = true };
    }

    private Error? Refusal(Operation operation, uint position)
    {
        var (name, _) = NameOf(operation);
        _collections.TryGetValue(name, out var collection);
        Error.Types.Code? code = operation.ActionCase switch
        {
            Operation.ActionOneofCase.Put when collection?.Kind != Protos.V1.CollectionKind.Bytes && !IsJson(operation.Put.Value) => Error.Types.Code.InvalidJson,
            Operation.ActionOneofCase.Put when operation.Put.Key.IsEmpty => Error.Types.Code.InvalidKey,
            Operation.ActionOneofCase.CreateCollection when collection is not null => Error.Types.Code.CollectionExists,
            Operation.ActionOneofCase.Delete or Operation.ActionOneofCase.DropCollection when collection is null => Error.Types.Code.UnknownCollection,
            _ => null,
        };
        return code is null ? null : new Error { Code = code.Value, Message = $"It is refused: {code}.", Operation = position, HasOperation = true };
    }

    private void Apply(Operation operation)
    {
        var (name, key) = NameOf(operation);
        if (operation.ActionCase == Operation.ActionOneofCase.DropCollection) _collections.Remove(name);
        else if (operation.ActionCase == Operation.ActionOneofCase.CreateCollection) _collections[name] = new FakeCollection(operation.CreateCollection.Kind);
        else if (operation.ActionCase == Operation.ActionOneofCase.Delete) _collections[name].Records.Remove(key);
        else if (_collections.TryGetValue(name, out var collection)) collection.Records[key] = (operation.Put.Value, _index);
        else (_collections[name] = new FakeCollection(Protos.V1.CollectionKind.Json)).Records[key] = (operation.Put.Value, _index);
    }

    private static (string Collection, string Key) NameOf(Operation operation) => operation.ActionCase switch
    {
        Operation.ActionOneofCase.Put => (operation.Put.Collection, operation.Put.Key.ToStringUtf8()),
        Operation.ActionOneofCase.Delete => (operation.Delete.Collection, operation.Delete.Key.ToStringUtf8()),
        Operation.ActionOneofCase.CreateCollection => (operation.CreateCollection.Collection, string.Empty),
        _ => (operation.DropCollection.Collection, string.Empty),
    };

    private static bool IsJson(ByteString value)
    {
        try
        {
            using var document = JsonDocument.Parse(value.Memory);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>One collection.</summary>
internal sealed class FakeCollection(Protos.V1.CollectionKind kind)
{
    public Protos.V1.CollectionKind Kind => kind;

    public SortedDictionary<string, (ByteString Value, ulong Index)> Records { get; } = new(StringComparer.Ordinal);
}
