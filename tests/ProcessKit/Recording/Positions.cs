using Replication.Core.Positions;

namespace Replication.ProcessKit.Recording;

/// <summary>The client's positions and the engine's.</summary>
internal static class Positions
{
    public static LogPosition ToCore(Client.LogPosition position) => new(new Epoch(position.Epoch), (long)position.Index);

    public static Client.LogPosition ToClient(LogPosition position) => new(position.Epoch.Number, (ulong)position.Index);
}
