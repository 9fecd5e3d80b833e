using System.Text;
using Replication.Core.Following.Retention;
using Replication.Core.Indexes;
using Replication.Core.Records;
using Replication.Core.Records.Memory;
using Replication.Core.Tests.Kit;
using Replication.Core.Tests.Records.Index;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Model;

/// <summary>Does what a sequence says to a database and to the model, and compares them.</summary>
internal sealed class ModelRun : IDisposable
{
    // More than any index needs steps here.
    private const int MostBatches = 400;

    private readonly Tally _tally;
    private readonly ModelNode _node = new();
    private readonly Dictionary<int, (ReadView View, ModelState Model)> _views = [];
    private readonly HashSet<RecordMemory> _memories = [];
    private readonly List<ExpectedAnswer> _waiting = []; // in the order of their decisions
    private readonly Dictionary<string, (HashSet<RejectionReason> Objections, long RestsOn)> _rejected = new(StringComparer.Ordinal); // requests, and the newest entry then
    private ModelState _durable = ModelState.Empty;
    private ModelState _taken = ModelState.Empty;
    private ModelState _newest = ModelState.Empty;
    private bool _isRefused;
    private long _lastSnapshot;

    private ModelRun(Tally tally) => _tally = tally;

    public static void Of(CommandSequence sequence, Tally tally)
    {
        using var run = new ModelRun(tally);
        foreach (var command in sequence.Commands) run.Do(command);
        run.Finish();
        tally.Count("a sequence was whole");
    }

    public void Dispose()
    {
        foreach (var (view, _) in _views.Values) view.Dispose();
        _node.Dispose();
    }

    private void Do(Command command)
    {
        switch (command)
        {
            case Command.Transact transact: Transact(transact); break;
            case Command.Bulk bulk: Transact(new Command.Transact([.. Changes(bulk)], string.Empty, Waits: false)); break;
            case Command.Take: Take(); break;
            case Command.Land land:
                Take();
                Land(land.IsRefused);
                break;
            case Command.LogDigest: LogDigest(); break;
            case Command.OpenView open: Open(open.View); break;
            case Command.ShareView share: Share(share.View, share.As); break;
            case Command.CloseView close: Close(close.View); break;
            case Command.Find find: Find(find); break;
            case Command.Scan scan: Scan(scan.View, scan.Collection, scan.From, string.Empty, scan.Count); break;
            case Command.ScanPrefix scan: Scan(scan.View, scan.Collection, scan.Prefix, scan.Prefix, int.MaxValue); break;
            case Command.Query query: Query(query); break;
            case Command.Snapshot snapshot: Snapshot(snapshot.View); break;
            case Command.Restart restart: Restart(restart.IsClean); break;
        }
        if (_node.Database.State.Memory is { } memory) _memories.Add(memory);
    }

    private static IEnumerable<Change> Changes(Command.Bulk bulk) =>
        from number in Enumerable.Range(bulk.From, bulk.Count)
        let key = Sequences.NumberedKey(number)
        select bulk.Deletes
            ? new Change(OperationAction.Delete, bulk.Collection) { Key = key }
            : new Change(OperationAction.Put, bulk.Collection) { Key = key, Document = new Document([Scalar.Of(Sequences.NumberedValue(number))], [], plainly: true, bulk.Padding) };

    private void Transact(Command.Transact command)
    {
        var shown = _node.Database.State;
        var answer = Expect(command, shown);
        _waiting.Add(answer);
        _node.Decide(new Transaction([.. command.Changes.Select(change => change.Asked(shown))], Encoding.UTF8.GetBytes(command.Request)), answer);
        if (command.Request.Length > 0 && answer.Objections.Count > 0) _rejected.TryAdd(command.Request, (answer.Objections, _node.NewestIndex));
        _waiting.RemoveAll(told => told.IsAnswered);
        if (command.Waits) return;
        if (_node.IsAtDisk) Land(isRefused: false);
        Take();
        Land(isRefused: false);
    }

    private ExpectedAnswer Expect(Command.Transact command, DatabaseState shown)
    {
        var transaction = new ModelTransaction(_newest, command.Changes, shown);
        // Decided before it comes to the commit thread, against what is shown.
        if (command.Request.Length == 0 && command.Changes.All(change => change.IsOfRecord)
            && command.Changes.Any(change => change.Document is { IsJson: false } && shown.Collections.GetValueOrDefault(change.Collection)?.Kind == CollectionKind.Json))
            transaction.Objections.Add(RejectionReason.InvalidJson);
        else if (_newest.EntryOf(command.Request) is { } before)
            return new ExpectedAnswer(before, isRepeated: true, [], _tally);
        else if (_rejected.TryGetValue(command.Request, out var rejected))
            return new ExpectedAnswer(null, isRepeated: true, rejected.Objections, _tally);
        if (transaction.Objections.Count > 0) return new ExpectedAnswer(null, isRepeated: false, transaction.Objections, _tally);
        _newest = transaction.After.Remembering(command.Request, transaction.Entry);
        return new ExpectedAnswer(transaction.Entry, isRepeated: false, [], _tally);
    }

    private void LogDigest()
    {
        var answer = new ExpectedAnswer(new ModelEntry(), isRepeated: false, [], _tally);
        _waiting.Add(answer);
        _node.LogDigest(answer);
        _waiting.RemoveAll(told => told.IsAnswered);
    }

    private void Take()
    {
        if (_node.IsAtDisk || !_node.TryTake()) return;
        Follow(_node.TakenState);
        _taken = _newest;
    }

    private void Land(bool isRefused)
    {
        if (!_node.IsAtDisk) return;
        _isRefused = isRefused;
        if (isRefused)
        {
            foreach (var answer in _waiting) answer.IsRefused = true;
            _node.Refuse();
            _newest = _durable;
            foreach (var (request, _) in _rejected.Where(rejected => rejected.Value.RestsOn > _node.Database.State.Index).ToList()) _rejected.Remove(request);
            Assert.All(_waiting, answer => Assert.True(answer.IsAnswered, "somebody was not told that the disk refused"));
        }
        else
        {
            _node.Land();
            _durable = _taken;
        }
        _waiting.RemoveAll(answer => answer.IsAnswered);
    }

    // How far indexes have come is up to the engine; that it is right is not.
    private void Follow(DatabaseState state)
    {
        var (isBuilding, steps) = (false, 0);
        foreach (var (name, collection) in _newest.Collections)
            foreach (var (indexName, index) in collection.Indexes)
            {
                isBuilding |= index.Phase == IndexPhase.Building;
                var found = state.Collections[name].FindIndex(indexName)!.State;
                var next = index with { Phase = found.Phase, BuiltUpTo = Encoding.UTF8.GetString(found.BuiltUpTo.Span) };
                if (next == index) continue;
                steps++;
                AssertStep(collection, index, next);
                _newest = _newest with { Collections = _newest.Collections.SetItem(name, collection with { Indexes = collection.Indexes.SetItem(indexName, next) }) };
            }
        Assert.Equal(isBuilding && !_isRefused ? 1 : 0, steps);
    }

    private void AssertStep(ModelCollection collection, ModelIndex before, ModelIndex next)
    {
        Assert.Equal(IndexPhase.Building, before.Phase);
        _tally.Count($"an index became {next.Phase}{(next.IsUnique ? ", unique" : string.Empty)}");
        if (next.Phase == IndexPhase.Failed) Assert.True(next.IsUnique && collection.HasTwice(next with { Phase = IndexPhase.Ready }), "an index failed although nothing stands in its way");
        else Assert.False(next.IsUnique && collection.HasTwice(next), "an index holds a value twice");
        if (next.Phase != IndexPhase.Building) return;
        var covered = collection.Records.Keys.Count(key => next.Covers(key) && !before.Covers(key));
        Assert.Equal(ModelNode.IndexStep, covered);
    }

    private void Open(int number)
    {
        Close(number);
        _views[number] = (_node.Database.OpenView(), _durable);
    }

    private void Share(int number, int other)
    {
        if (number == other || !_views.TryGetValue(number, out var kept)) return;
        Close(other);
        _views[other] = (kept.View.Share(), kept.Model);
        _tally.Count("a view was shared");
    }

    private void Close(int number)
    {
        if (!_views.Remove(number, out var kept)) return;
        using (kept.View) Reading.All(kept.View, kept.Model);
        _tally.Count(ReferenceEquals(kept.Model, _durable) ? "the newest state was read whole" : "an older state was read whole");
    }

    private void Find(Command.Find find)
    {
        if (find.View == Command.Newest)
        {
            using var guard = _node.Database.Enter();
            Reading.Find(guard.Records(find.Collection), _durable.Collections.GetValueOrDefault(find.Collection), find.Keys, find.Prefetches);
        }
        else if (_views.TryGetValue(find.View, out var kept))
        {
            Reading.Find(kept.View.Records(find.Collection), kept.Model.Collections.GetValueOrDefault(find.Collection), find.Keys, find.Prefetches);
        }
    }

    private void Scan(int number, string collection, string from, string prefix, int most)
    {
        if (number == Command.Newest)
        {
            using var guard = _node.Database.Enter();
            _tally.Count("a record was scanned", Reading.Scan(guard.Records(collection), _durable.Collections.GetValueOrDefault(collection), from, prefix, most));
        }
        else if (_views.TryGetValue(number, out var kept))
        {
            _tally.Count("a record was scanned", Reading.Scan(kept.View.Records(collection), kept.Model.Collections.GetValueOrDefault(collection), from, prefix, most));
        }
    }

    private void Query(Command.Query query)
    {
        using var newest = query.View == Command.Newest ? _node.Database.OpenView() : null;
        var (view, model) = newest is not null ? (newest, _durable) : _views.GetValueOrDefault(query.View);
        if (view is null) return;
        var found = Reading.Query(view, model, query.Collection, query.Index, query.Asking, query.AtOnce);
        if (found >= 0) _tally.Count(found > 0 ? "an index was asked" : "an index was asked in vain");
    }

    // Of a kept view only when it is not older than the last one: snapshots are written one behind the other.
    private void Snapshot(int number)
    {
        using var newest = number == Command.Newest ? _node.Database.OpenView() : null;
        var view = newest ?? _views.GetValueOrDefault(number).View;
        if (view is null || view.State.Index == 0 || view.State.Index < _lastSnapshot) return;
        Assert.Equal(view.State.Digest, _node.Database.TakeSnapshot(view, FollowerNeeds.Unknown, CancellationToken.None).Digest);
        _lastSnapshot = view.State.Index;
        _tally.Count("a snapshot was written");
    }

    private void Restart(bool isClean)
    {
        if (isClean) Land(isRefused: false);
        _waiting.Clear();
        _rejected.Clear();
        _node.Restart(isClean);
        (_newest, _isRefused) = (_durable, false);
        using var view = _node.Database.OpenView();
        Reading.All(view, _durable);
        _tally.Count(isClean ? "the node was started again" : "the power was lost");
        if (_node.Database.Opening.SnapshotIndex > 0) _tally.Count("a snapshot was loaded");
    }

    private void Finish()
    {
        foreach (var number in _views.Keys.ToList()) Close(number);
        Land(isRefused: false);
        for (var batches = 0; ; batches++)
        {
            Take();
            if (!_node.IsAtDisk) break;
            Land(isRefused: false);
            Assert.InRange(batches, 0, MostBatches);
        }
        Assert.Empty(_waiting);
        CheckWhole();
        Restart(isClean: false);
        CheckWhole();
        Assert.All(_memories, memory => Assert.Equal(0, memory.HeldBlocks));
    }

    private void CheckWhole()
    {
        using var view = _node.Database.OpenView();
        Reading.All(view, _durable);
        Assert.Null(IndexCheck.Difference(view));
        Assert.Equal(StateFacts.DigestOf(view.State), view.State.Digest);
        foreach (var collection in view.State.Collections.Values)
        {
            if (collection.Records.Hash is not null) _tally.Count("a hash index was there at the end");
            IndexInvariants.Check(collection.Records);
            foreach (var index in collection.Indexes) IndexInvariants.Check(index.Entries.Tree);
        }
    }
}
