using System.Globalization;
using Replication.ProcessKit;

namespace Replication.Laboratory.Soak;

/// <summary>A disk of a fixed size, in memory, that can be filled. Needs root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int BlockBytes = 1024 * 1024;

    /// <summary>Mounts it on a folder, which is made.</summary>
    public SmallDisk(string folder, long bytes)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        Command.Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={bytes}"), "replication-soak", folder);
    }

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        var block = new byte[BlockBytes];
        try
        {
            using var file = File.Open(Filler, FileMode.Create);
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full, as asked.
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Filler);

    public void Dispose() => Command.Run("umount", "--lazy", Folder);
}
