using Grpc.Core;
using Replication.Core.Following;
using Replication.Core.Records;
using Replication.Node.Views;
using Replication.Protos.V1;
using Replication.Wire;

namespace Replication.Node.Services;

/// <summary>Gives a read a state that it asked for, or says why it cannot. Waiting comes before the state is taken.</summary>
internal sealed class ReadGate(ReplicationNode node, TimeProvider time)
{
    private const uint MaxWaitMillis = 60_000;

    /// <summary>Waits until what is shown here fulfils the requirement.</summary>
    public ValueTask WaitAsync(ReadRequirement? requirement, CancellationToken cancellation) =>
        requirement?.AtLeast is { } message ? new ValueTask(WaitAsync(message.ToPosition().Index, requirement.WaitMillis, cancellation)) : ValueTask.CompletedTask;

    /// <summary>A state that fulfils the requirement, without its records.</summary>
    public async ValueTask<DatabaseState> StateAsync(ReadRequirement? requirement, CancellationToken cancellation)
    {
        await WaitAsync(requirement, cancellation);
        var state = node.Database.State;
        ThrowUnlessFulfilled(requirement, state);
        return state;
    }

    /// <summary>A view that fulfils the requirement.</summary>
    /// <param name="requirement">What it has to show.</param>
    /// <param name="purpose">For reports: what is read.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async ValueTask<OpenView> OpenAsync(ReadRequirement? requirement, string purpose, CancellationToken cancellation)
    {
        await WaitAsync(requirement, cancellation);
        var opened = node.Views.OpenOn(node.Database, purpose);
        try
        {
            ThrowUnlessFulfilled(requirement, opened.View.State);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Begins to read from a view that may have been open for too long.</summary>
    public static ViewReading Enter(ReadView view)
    {
        try
        {
            return view.Enter();
        }
        catch (ViewExpiredException expired)
        {
            throw Errors.Failure(Error.Types.Code.ViewExpired, expired.Message);
        }
    }

    /// <summary>Refuses to read from a state that does not fulfil the requirement.</summary>
    public void ThrowUnlessFulfilled(ReadRequirement? requirement, DatabaseState state)
    {
        if (requirement?.AtLeast is { } message)
        {
            var position = message.ToPosition();
            if (position.Index > 0 && state.PositionOf(position.Index) != position)
                throw Errors.Failure(Error.Types.Code.OtherHistory, $"Position {position} is not in this node's history, which has {state.PositionOf(position.Index)} there. Read without a position to begin anew.");
        }
        else if (state.Index == 0)
        {
            throw Loading();
        }
    }

    /// <summary>What every answer carries.</summary>
    public ReadStamp Stamp(DatabaseState state) => new() { Position = state.Position.ToMessage(), AgeMillis = (ulong)node.Age.TotalMilliseconds };

    /// <summary>Ends a read that lasts when what it reads from was taken back.</summary>
    /// <param name="state">Shown before.</param>
    public void ThrowIfTakenBack(DatabaseState state)
    {
        if (node.Database.State.Index < state.Index) throw Loading();
    }

    /// <summary>Waits until an index is applied.</summary>
    public async Task WaitAsync(long index, uint waitMillis, CancellationToken cancellation)
    {
        if (waitMillis > MaxWaitMillis) throw Errors.Failure(Error.Types.Code.InvalidArgument, $"A read waits at most {MaxWaitMillis} ms, not {waitMillis}.");
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(waitMillis), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var database = node.Database;
        while (true)
        {
            var moved = database.Applied.Next;
            var applied = database.State.Index;
            if (applied >= index) return;
            if (applied == 0 && waitMillis == 0) throw Loading();
            try
            {
                await moved.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw Errors.Failure(new Error
                {
                    Code = Error.Types.Code.TooStale,
                    Message = $"This node has applied entry {applied}, not yet {index}, after waiting {waitMillis} ms. Wait longer, or read from another node.",
                    Index = (ulong)applied,
                });
            }
        }
    }

    private RpcException Loading() => Errors.Failure(Error.Types.Code.Loading, node.Database.Standing == DigestStanding.Doubted
        ? "This node's memory did not agree with a digest in the log: it shows nothing until it has replayed its own files. Try again after a moment, or read from another node."
        : "This node has no data to show yet: it is loading. Try again after a moment, or read from another node.");
}
