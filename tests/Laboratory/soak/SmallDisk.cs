using System.Diagnostics;
using System.Globalization;

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
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={bytes}"), "replication-soak", folder);
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

    public void Dispose() => Run("umount", "--lazy", Folder);

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false })!;
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}.");
    }
}
