using Replication.Core.IO;
using Replication.Core.Records;

namespace Replication.Core.Database;

/// <summary>What readers see. One thread at a time publishes; anybody reads.</summary>
internal sealed class PublishedState
{
    private DatabaseState _newest = DatabaseState.Empty;

    /// <summary>The newest state.</summary>
    public DatabaseState Newest => Volatile.Read(ref _newest);

    /// <summary>Shows a state; memory that only older ones need may be used again from now on.</summary>
    public void Publish(DatabaseState state)
    {
        EngineEvents.Log.Showing(state.Index);
        Volatile.Write(ref _newest, state);
        EngineEvents.Log.Shown(state.Index);
        state.Memory?.Settle(state.Version);
    }

    /// <summary>The newest state, to be kept.</summary>
    public ReadView OpenView()
    {
        while (true)
        {
            // Another one was published in between: then that is the newest.
            if (ReadView.TryOpen(Newest) is { } view) return view;
        }
    }

    /// <summary>The newest state, for a moment.</summary>
    public ReadGuard Enter() => ReadGuard.Enter(ref _newest);
}
